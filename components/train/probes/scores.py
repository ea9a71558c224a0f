"""What the discriminator says, and whether it can tell."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.statistics import auc, overlap
from components.train.view import View


class Scores(Probe):
    """Raw scores of held-out records and of samples, batched as in training.

    They are seen as they are, without the instance noise that training may add.
    """

    series: ClassVar[dict[str, Series]] = {
        "score_real_mean": Series("mean of D on held-out records", "raw score"),
        "score_real_std": Series("deviation of D on held-out records", "raw score"),
        "score_generated_mean": Series("mean of D on samples", "raw score"),
        "score_generated_std": Series("deviation of D on samples", "raw score"),
        "discriminator_auc": Series(
            "chance that D scores a held-out record above a sample",
            "0 to 1; 0.5: it cannot tell",
        ),
        "score_overlap": Series(
            "overlap of the histograms of D on held-out records and on samples, 32 "
            "bins over the range of both",
            "0 to 1; 1: the same",
        ),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        real, generated = view.scores_real, view.scores_generated
        yield "score_real_mean", float(np.mean(real))
        yield "score_real_std", float(np.std(real))
        yield "score_generated_mean", float(np.mean(generated))
        yield "score_generated_std", float(np.std(generated))
        yield "discriminator_auc", auc(real, generated)
        yield "score_overlap", overlap(real, generated)
