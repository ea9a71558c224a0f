"""Evaluate: what a generator's samples are like, beside what real data would read."""

from collections.abc import Mapping

from components.artifacts import Curriculum, Gan, Metrics, Reference
from components.component import Context, component
from components.evaluate.params import EvaluateParams
from components.foresight import Foresight, Unfit


def fingerprint(params: EvaluateParams) -> str | None:
    """Changes when a file that the features depend on changes."""
    return params.features.fingerprint()


def foresee(params: EvaluateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse features that records lack, and what a reference settled otherwise."""
    params.features.foresee(inputs["curriculum"], "features")
    known = inputs.get("reference")
    settled = None if known is None else known.settings
    for name in sorted(params.model_fields_set) if settled is not None else ():
        if getattr(params, name) != getattr(settled, name):
            raise Unfit(
                name,
                f"The reference that this evaluation takes was measured with `{name}` "
                f"{getattr(settled, name)!r}: say here the same or nothing, and set "
                "it where the reference is made",
            )
    return Foresight()


@component(placement="worker", fingerprint=fingerprint, foresee=foresee)
def evaluate(
    gan: Gan,
    curriculum: Curriculum,
    params: EvaluateParams,
    reference: Reference | None = None,
    *,
    context: Context,
) -> Metrics:
    """Measure a generator's samples against holdout and training records.

    Every metric comes with its null, what it reads for real data against real data of
    the same sizes, and says what it is blind to. Samples come from latents that depend
    on `params.seed` alone. Where a stage makes a `reference`, the real side is taken
    from there, and its parameters count.

    Raises:
        ValueError: if holdout or training records are too few for `k`, or lack the
            labels that the features need.
    """
    from components.evaluate.plots import plot_arrays
    from components.evaluate.real import evaluation, recalled
    from components.evaluate.samples import generate

    real = recalled(reference) if reference else evaluation(curriculum, params)
    seed = real.params.seed
    generated = generate(gan, real.samples, seed)
    metrics: Metrics = context.create(Metrics)
    metrics.write_json("metrics.json", real.content(generated))
    metrics.write_arrays("plots.npz", **plot_arrays(real.shown, generated, seed))
    return metrics
