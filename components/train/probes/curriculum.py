"""How far the curriculum has come."""

from collections.abc import Iterator
from typing import ClassVar

from components.train.probes import Probe, Series
from components.train.view import View


class Curriculum(Probe):
    """The hardest tier among the records drawn in the step just made."""

    series: ClassVar[dict[str, Series]] = {
        "tier": Series("highest tier drawn from; 0 is the core", "index"),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        yield "tier", float(view.tier)
