"""Evaluate: what a generator's samples are like, beside what real data would read."""

from collections.abc import Mapping

from components.artifacts import Curriculum, Gan, Metrics, Reference
from components.component import Context, component
from components.evaluate.params import EvaluateParams, fingerprint
from components.foresight import Foresight, Unfit


def foresee(params: EvaluateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse features that records lack, and to be half of a reference's mind.

    Parameters that differ from those of a reference make the evaluation do without it.
    What they do not state would then silently be the default, not the reference's.
    """
    known = inputs.get("reference")
    settled = None if known is None else known.settings
    if settled is None:
        params.features.foresee(inputs["curriculum"], "features")
        return Foresight()
    stated, usual = params.model_fields_set, EvaluateParams()
    apart = [n for n in sorted(stated) if getattr(params, n) != getattr(settled, n)]
    unsaid = [
        name
        for name in EvaluateParams.model_fields
        if name not in stated and getattr(settled, name) != getattr(usual, name)
    ]
    if apart and (unsaid or params == usual):
        also = f", or state {', '.join(unsaid)} here as well" if unsaid else ""
        raise Unfit(
            apart[0],
            "The reference that this evaluation takes was measured with "
            f"`{apart[0]}` {getattr(settled, apart[0])!r}, for which the default "
            f"stands here: set it where the reference is made{also}",
        )
    if apart:
        params.features.foresee(inputs["curriculum"], "features")
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
    from there, and its parameters count, unless others are stated here.

    Raises:
        ValueError: if holdout or training records are too few for `k`, or lack the
            labels that the features need.
    """
    from components.evaluate.intervals import spread_arrays
    from components.evaluate.plots import plot_arrays
    from components.evaluate.real import evaluation, recalled, serves
    from components.evaluate.samples import digest, generate

    if reference is not None and serves(reference, params):
        real = recalled(reference)
    else:
        real = evaluation(curriculum, params)
    seed = real.params.seed
    generated = generate(gan, real.samples, seed)
    metrics: Metrics = context.create(Metrics)
    found, latents = real.measure(generated), digest(gan, real.samples, seed)
    measured_on = {"records": real.digest(), "latents": latents}
    content = {**found.content, "measured_on": measured_on}
    metrics.write_json("metrics.json", content)
    metrics.write_arrays("spreads.npz", **spread_arrays(found.spreads))
    metrics.write_arrays("plots.npz", **plot_arrays(real.shown, generated, seed))
    return metrics
