"""The unstable saddle: nothing in the generator's loss leads to more diversity."""

from collections.abc import Mapping
from typing import Any

from components.diagnose.causes import cause
from components.diagnose.cures import critic, inside, parameter, prescribe
from components.diagnose.dating import began
from components.diagnose.evidence import Evidence, line
from components.diagnose.findings import CauseFinding

SUBJECTS = {
    "log_volume": "log of the samples' volume over that of the records",
    "diversity_slope": "cosine between the generator's descent and more diversity",
    "diversity_curvature": "curvature of its loss along the way to more diversity, "
    "over its largest",
}


BOUNDS = ("gradient_penalty", "r1", "r2", "clip")
"""Regularizers that bound the discriminator's slope."""
TURNS = 5
"""Of a critic for one of the generator: Gulrajani et al. 2017. With one, clusters that
lie apart were not found."""
STEEP = 0.5
"""Cosine above which descent leads out: within 60 degrees, nearer to it than across."""


@cause(
    "flat_diversity",
    *SUBJECTS,
    explains=(
        "mode_collapse",
        "no_learning",
        "oscillation",
        "divergence",
        "tail_neglect",
    ),
)
def flat_diversity(evidence: Evidence) -> CauseFinding | None:
    """The samples fill little of the records' volume, and the loss leads no way out.

    `log_volume` says that there is something to escape from. The generator's descent
    along the way to more diversity, and the curvature there, are told as they are:
    near 0 the place is flat, below 0 it pulls on. Samples may fill the core, and be
    as far from what lies apart: then a tail is left out.
    """
    collapsed = evidence.check("log_volume")
    slope = evidence.check("diversity_slope")
    if not collapsed.alarmed or slope.value is None or slope.value > STEEP:
        return None
    checks = [each for each in map(evidence.check, SUBJECTS) if each.value is not None]
    return CauseFinding(
        claim="The samples have collapsed, and nothing in the generator's loss leads "
        "to samples that differ more.",
        evidence=tuple(line(check, SUBJECTS[check.id]) for check in checks),
        prescriptions=prescribe(evidence.parameters, *_cures(evidence)),
        experiment=_experiment(evidence.parameters),
        onset=began(evidence, ["log_volume"]),
    )


def _cures(evidence: Evidence) -> list[tuple[dict[str, Any], str]]:
    """A larger start where it was made small; then what asks for diversity.

    Where it is the tail that is left out, what reaches it first: on a core and clusters
    far from it no other loss found these, paced or not, and whatever the discriminator
    saw of a batch (specs/README.md).
    """
    parameters = evidence.parameters
    cures: list[tuple[dict[str, Any], str]] = []
    if parameter(parameters, "generator.initial_deviation"):
        cures.append(
            (
                {"generator.initial_deviation": None},
                "weights start where the loss has a slope",
            )
        )
    loss = parameter(parameters, "objective.kind")
    if evidence.check("tail_over_core").alarmed and loss != "wasserstein":
        reach = critic(parameters, evidence.readings.kind)
        if (parameter(parameters, "discriminator_steps") or TURNS) < TURNS:
            reach["discriminator_steps"] = TURNS
        cures.append((reach, "a critic of distance reaches clusters that lie apart"))
    regularizers = parameter(parameters, "regularizers") or {}
    normalization = inside(parameters, "normalization")
    bounded = parameter(parameters, normalization) == "spectral"
    if not bounded and not any(map(regularizers.get, BOUNDS)):
        cures.append(
            (
                {"regularizers.r1": {"gamma": 1.0}},
                "a discriminator of bounded slope leaves no collapse at rest",
            )
        )
    if _sees_batches(parameters):
        cures.append(
            (
                {normalization: "minibatch_stddev"},
                "a discriminator that sees how much samples differ asks for it",
            )
        )
    return cures


def _sees_batches(parameters: Mapping[str, Any]) -> bool:
    """Whether a device knows whole batches: on TensorFlow several know parts."""
    whole = parameter(parameters, "backend") == "jax"
    return whole or (parameter(parameters, "devices") or 1) == 1


def _experiment(parameters: Mapping[str, Any]) -> str:
    """What would lead out where nothing is prescribed."""
    if parameter(parameters, inside(parameters, "normalization")) == "minibatch_stddev":
        return "train with another seed, and a wider generator"
    seen = "train with a discriminator that sees the deviation within a batch"
    return seen if _sees_batches(parameters) else f"{seen}, on one device"
