"""Pacings: which records training draws from, and when harder ones join.

Training records are sorted from core to outliers; a step draws from the first
`limit` of them. Changing the limit changes what is drawn, nothing is compiled again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from components.parts import Part, import_members


@dataclass(frozen=True)
class Progress:
    """What a pacing decides from.

    Attributes:
        step, steps: steps done, and steps in all.
        counts: records up to and including each tier, ascending; the last is all.
        limit: the number of records drawn from so far.
        competence: precision of the generator (0 to 1) against the first n records.
    """

    step: int
    steps: int
    counts: Sequence[int]
    limit: int
    competence: Callable[[int], float]


class Pacing(Part):
    """When harder records join; one member a file."""

    def start(self, counts: Sequence[int]) -> int:
        """The limit at step 0."""
        return counts[0]

    def boundaries(self, steps: int, tiers: int) -> set[int]:
        """The steps at which `limit` is asked again."""
        raise NotImplementedError

    def limit(self, progress: Progress) -> int:
        """The number of records to draw from now on."""
        raise NotImplementedError


class NoPacing(Pacing):
    """All records from the start."""

    kind: Literal["none"] = "none"

    def start(self, counts: Sequence[int]) -> int:
        return counts[-1]

    def boundaries(self, steps: int, tiers: int) -> set[int]:
        return set()


def spread(first: int, last: int, parts: int) -> set[int]:
    """`parts` whole numbers at equal distances in (first, last]."""
    return {first + round((last - first) * k / parts) for k in range(1, parts + 1)}


import_members(__name__, __path__)
