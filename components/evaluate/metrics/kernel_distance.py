"""Kernel distance (Bińkowski et al. 2018), as tensorflow-gan computes it."""

from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.tfgan import import_tensorflow_gan


@metric(
    better="lower",
    interval=False,
    optional=True,
    blind_to="differences that a cubic kernel averages away; about half of the values "
    "of equal distributions are negative",
)
def kernel_distance(comparison: Comparison) -> float:
    import tensorflow as tf

    real, generated = comparison.reference, comparison.generated
    distance = import_tensorflow_gan().eval.kernel_classifier_distance_from_activations(
        tf.constant(real.features, tf.float32),
        tf.constant(generated.features, tf.float32),
        # One block: several would need records in random order, ours are sorted.
        max_block_size=max(real.size, generated.size),
    )
    return float(distance)
