"""How much of the discriminator's slope reaches the samples."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.view import View


class Signal(Probe):
    """The generator's learning signal, and what the objective leaves of it.

    dL_G/dx = (dL_G/dD)·∇ₓD(x): the objective passes on a share of D's slope. Where a
    score depends on batch-mates the slope counts every score that x moves.
    """

    series: ClassVar[dict[str, Series]] = {
        "sample_gradient_norm": Series(
            "mean over samples x of ‖dL_G/dx‖, the batch mean undone", "per unit of x"
        ),
        "score_gradient_norm": Series(
            "mean over samples x of ‖∇D(x)‖", "raw score per unit of x"
        ),
        "transmission": Series(
            "their ratio: what the objective's saturation leaves of D's slope",
            "≥ 0; 1 for wasserstein",
        ),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        sample = float(np.mean(view.sample_gradients))
        score = float(np.mean(view.score_gradients))
        yield "sample_gradient_norm", sample
        yield "score_gradient_norm", score
        yield "transmission", sample / score if score > 0 else float("nan")
