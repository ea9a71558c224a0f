"""Classifier score (Salimans et al. 2016, section 4), as tensorflow-gan computes it."""

import numpy as np

from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.tfgan import import_tensorflow_gan

SMALLEST = -700.0
"""A log-probability whose exponential float64 still holds (its least is near -708)."""


@metric(
    reference="none",
    better="null",
    optional=True,
    blind_to="variety within a class, copies, and samples like no class that the "
    "classifier is still sure of; above its null: classes more even, or samples more "
    "typical of them, than the data's",
)
def classifier_score(comparison: Comparison) -> float | None:
    """exp(E KL(p(y|x) ‖ p(y))), p by the features' classifier, p(y) its mean.

    From 1, where all samples are classified alike, to the number of classes.
    """
    logits = comparison.generated.logits
    if logits is None:
        return None
    # A probability of exactly 0 in every sample would read 0 · log 0, NaN.
    bounded = np.maximum(logits - logits.max(1, keepdims=True), SMALLEST)
    return float(import_tensorflow_gan().eval.classifier_score_from_logits(bounded))
