"""Least squares: scores are drawn to labels, not to certainty."""

from typing import Any, Literal

from components.lazy import lazy_import
from components.train.objectives import Objective

ops = lazy_import("keras.ops")


class LeastSquares(Objective):
    """½ E (D(x) - 1)² + ½ E D(G(z))²; G minimizes ½ E (D(G(z)) - 1)².

    Mao et al. 2017, "Least Squares Generative Adversarial Networks", equation 9. The
    signal is proportional to the distance from the label: strong where D is sure.
    """

    kind: Literal["least_squares"] = "least_squares"

    def discriminator_loss(self, real: Any, generated: Any) -> Any:
        wrong = ops.mean(ops.square(real - 1.0)) + ops.mean(ops.square(generated))
        return 0.5 * wrong

    def generator_loss(self, real: Any, generated: Any) -> Any:
        return 0.5 * ops.mean(ops.square(generated - 1.0))

    def saturation(self, real: Any, generated: Any) -> Any:
        return ops.abs(generated - 1.0)
