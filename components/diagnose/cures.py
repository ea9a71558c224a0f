"""Changes of a spec that cure: which are valid for its parameters, and how large."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.diagnose.findings import Prescription

RATES = (
    "optimizer.learning_rate",
    "optimizer.generator_learning_rate",
    "optimizer.discriminator_learning_rate",
)
AMPLE = 128
"""Units that are enough for most small data."""
USUAL = {"adam": 1e-3, "sgd": 0.1}
"""Rates that an optimizer starts from where nothing is known: from far above a tenth of
a rate is far above still."""


def parameter(parameters: Mapping[str, Any], path: str) -> Any:
    """The value at a path inside parameters, None where there is none."""
    value: Any = parameters
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def inside(parameters: Mapping[str, Any], option: str) -> str:
    """The path of an option of what judges: of a pack, that of its network."""
    packed = parameter(parameters, "discriminator.of") is not None
    return f"discriminator.of.{option}" if packed else f"discriminator.{option}"


def prescribe(
    parameters: Mapping[str, Any], *options: tuple[Mapping[str, Any], str]
) -> tuple[Prescription, ...]:
    """The options that change something, best first.

    An option is left out where it is empty, where the parameters have no such path (a
    component of the user's own), or already say so.
    """
    return tuple(
        Prescription(changes, why)
        for changes, why in options
        if all(_stated(parameters, path) for path in changes)
        and not all(_says(parameter(parameters, p), v) for p, v in changes.items())
    )


def wider(widths: Sequence[int], groups: int = 1) -> list[int]:
    """Hidden layers of twice the units, AMPLE at least, two layers at least.

    Rounded up to what `groups` divide.
    """
    layers = [*widths, *widths][: max(2, len(widths))]
    return [-(-max(AMPLE, 2 * width) // groups) * groups for width in layers]


def slower(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A tenth of every rate, USUAL at most; of a scheduled one, of both its ends."""
    most = USUAL.get(parameter(parameters, "optimizer.kind"), float("inf"))
    paths = [*RATES, *(f"{path}.{end}" for path in RATES for end in ("start", "end"))]
    rates = {path: parameter(parameters, path) for path in paths}
    return {
        path: min(float(f"{rate / 10:.6g}"), most)
        for path, rate in rates.items()
        if isinstance(rate, int | float) and rate > 0
    }


def damped(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """R1 with a gamma of 1; where it is at work already, with twice its gamma.

    {} where that follows a schedule: then nobody knows what would be more.
    """
    present = parameter(parameters, "regularizers.r1.gamma") or 0.0
    if not isinstance(present, int | float):
        return {}
    more = max(1.0, 2.0 * present)
    if parameter(parameters, "regularizers.r1") is None:
        return {"regularizers.r1": {"gamma": more}}
    return {"regularizers.r1.gamma": more}


def unhurried(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Descent without momentum, at the rate that it comes to; {} without any.

    Steps along one direction add up to rate / (1 - momentum) times the gradient.
    """
    momentum = parameter(parameters, "optimizer.momentum")
    rates = {path: parameter(parameters, path) for path in RATES}
    numbers = all(
        rate is None or isinstance(rate, int | float) for rate in rates.values()
    )
    if not isinstance(momentum, int | float) or momentum <= 0 or not numbers:
        return {}
    plain = {
        path: float(f"{rate / (1 - momentum):.6g}")
        for path, rate in rates.items()
        if rate is not None
    }
    return {"optimizer.momentum": 0.0, **plain}


def penalty_weight(kind: str | None) -> float:
    """Of a gradient penalty on records of a kind: 10 as published, of points 1.

    Its authors made it smaller on toys, too (Gulrajani et al. 2017 in their code, .1):
    10 holds a critic of few numbers so still that it tells no modes apart.
    """
    return 1.0 if kind == "points" else 10.0


def penalized(parameters: Mapping[str, Any], kind: str | None) -> dict[str, Any]:
    """A gradient penalty on records of a kind, in place of spectral normalization.

    Both together hold a critic so still that it tells nothing apart.
    """
    changes: dict[str, Any] = {
        "regularizers.gradient_penalty": {"weight": penalty_weight(kind)}
    }
    normalization = inside(parameters, "normalization")
    if parameter(parameters, normalization) == "spectral":
        changes[normalization] = "none"
    return changes


def critic(parameters: Mapping[str, Any], kind: str | None) -> dict[str, Any]:
    """A Wasserstein critic of records of a kind, with a gradient penalty unless it is
    there already.

    And with Adam: nothing bounds its scores, and plain steps along them diverge.
    """
    changes: dict[str, Any] = {"objective": {"kind": "wasserstein"}}
    if parameter(parameters, "optimizer.kind") == "sgd":
        changes["optimizer"] = {"kind": "adam", "learning_rate": USUAL["adam"]}
    if not parameter(parameters, "regularizers.gradient_penalty"):
        changes |= penalized(parameters, kind)
    return changes


def _stated(parameters: Mapping[str, Any], path: str) -> bool:
    """Whether parameters have a path; its value may be null."""
    *parents, last = path.split(".")
    owner = parameter(parameters, ".".join(parents)) if parents else parameters
    return isinstance(owner, Mapping) and last in owner


def _says(present: Any, wanted: Any) -> bool:
    """Whether a value already holds all that a wanted one states."""
    if isinstance(wanted, Mapping):
        return isinstance(present, Mapping) and all(
            _says(present.get(key), value) for key, value in wanted.items()
        )
    return bool(present == wanted)
