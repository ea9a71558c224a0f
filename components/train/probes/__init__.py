"""Probes: measurements of the game while it is played, one file each.

A probe yields `(name, value)` for the series that it declares. It reads from a `View`,
which computes what several probes share once. Readings are plain floats, NaN where
there is nothing to read.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from components.parts import import_members

if TYPE_CHECKING:
    from components.train.game import Game
    from components.train.view import View


EARLY = 2
"""Readings that count as early ones."""


class Series(NamedTuple):
    """What a series means, and its unit or range."""

    meaning: str
    unit: str


class Probe:
    """A measurement; a subclass registers itself.

    Attributes:
        series: what it reads, by name.
        at_snapshots: whether it reads at snapshots only (it is dear).
        rare: whether it reads a few times in all only (it costs dozens of steps).
        every: it reads at every so-manieth reading, and at the last.
        early: it also reads at the first so many readings, while the players have most
            to learn: there is most signal then, and a fault may leave no trace later.
        once: whether it reads at the start only.
        aside: whether it reads nothing but a view's samples and records, and so can do
            it in a thread of its own while the game goes on.
    """

    members: ClassVar[list[type["Probe"]]] = []
    series: ClassVar[dict[str, Series]] = {}
    at_snapshots: ClassVar[bool] = False
    rare: ClassVar[bool] = False
    every: ClassVar[int] = 1
    early: ClassVar[int] = 0
    once: ClassVar[bool] = False
    aside: ClassVar[bool] = False

    def __init__(self, game: "Game") -> None:
        """Of one game."""

    def reads(self) -> dict[str, Series]:
        """Its series, where a game decides which there are, as its layers."""
        return self.series

    @classmethod
    def applies(cls, game: "Game") -> bool:
        """Whether there is anything to read in a game."""
        return True

    def begin(self, view: "View") -> None:
        """Look at the start of the training, where something is to be remembered."""

    def __init_subclass__(cls) -> None:
        Probe.members.append(cls)

    def read(self, view: "View") -> Iterator[tuple[str, float]]:
        raise NotImplementedError


def probes(game: "Game") -> list[Probe]:
    """One of each probe that applies to a game, in the order of their names."""
    import_members(__name__, __path__)
    known = sorted(Probe.members, key=lambda kind: kind.__name__)
    return [kind(game) for kind in known if kind.applies(game)]
