"""Evaluate: what a generator's samples are like, beside what real data would read."""

from components.artifacts import Curriculum, Gan, Metrics
from components.component import Context, component
from components.evaluate.params import EvaluateParams


@component(placement="worker")
def evaluate(
    gan: Gan, curriculum: Curriculum, params: EvaluateParams, *, context: Context
) -> Metrics:
    """Measure a generator's samples against holdout and training records.

    Every metric comes with its null, what it reads for real data against real data of
    the same sizes, and says what it is blind to. Samples come from latents that depend
    on `params.seed` alone.

    Raises:
        ValueError: if holdout or training records are too few for `k`, or lack the
            labels that the features need.
    """
    from components.evaluate.evaluation import evaluation
    from components.evaluate.intervals import spread_arrays
    from components.evaluate.plots import plot_arrays
    from components.evaluate.samples import digest, generate

    real = evaluation(curriculum, params)
    generated = generate(gan, real.samples, params.seed)
    metrics: Metrics = context.create(Metrics)
    found = real.measure(generated)
    latents = digest(gan, real.samples, params.seed)
    measured_on = {"records": real.digest(), "latents": latents}
    content = {**found.content, "measured_on": measured_on}
    metrics.write_json("metrics.json", content)
    metrics.write_arrays("spreads.npz", **spread_arrays(found.spreads))
    metrics.write_arrays("plots.npz", **plot_arrays(real.shown, generated, params.seed))
    return metrics
