"""What the samples look like beside the data."""

from collections.abc import Iterator
from typing import ClassVar

from components.train.probes import Probe, Series
from components.train.view import View


class Samples(Probe):
    """Precision, recall and coverage (k = 5) of a few samples against the holdout."""

    at_snapshots: ClassVar[bool] = True
    aside: ClassVar[bool] = True
    series: ClassVar[dict[str, Series]] = {
        "precision": Series("share of samples within the data's manifold", "0 to 1"),
        "recall": Series("share of the data within the samples' manifold", "0 to 1"),
        "coverage": Series("share of the data with a sample near", "0 to 1"),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        quality = view.quality()
        yield "precision", quality.precision
        yield "recall", quality.recall
        yield "coverage", quality.coverage
