"""Evaluate: what a generator's samples are like, beside what real data would read."""

from collections.abc import Mapping

from components.artifacts import Curriculum, Gan, Metrics
from components.component import Context, component
from components.evaluate.params import EvaluateParams
from components.foresight import Foresight


def fingerprint(params: EvaluateParams) -> str | None:
    """Changes when a file that the features depend on changes."""
    return params.features.fingerprint()


def foresee(params: EvaluateParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse features that the records do not have."""
    params.features.foresee(inputs["curriculum"], "features")
    return Foresight()


@component(placement="worker", fingerprint=fingerprint, foresee=foresee)
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
    from components.evaluate.plots import plot_arrays
    from components.evaluate.samples import generate

    real = evaluation(curriculum, params)
    generated = generate(gan, real.samples, params.seed)
    metrics: Metrics = context.create(Metrics)
    metrics.write_json("metrics.json", real.content(generated))
    metrics.write_arrays("plots.npz", **plot_arrays(real.shown, generated, params.seed))
    return metrics
