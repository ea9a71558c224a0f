"""The next tier when the generator has earned it."""

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from components.train.pacing import Pacing, Progress


class CompetencePacing(Pacing):
    """The next tier joins when precision on the present ones passes a mark."""

    kind: Literal["competence"] = "competence"
    precision: Annotated[float, Gt(0), Le(1)] = 0.8
    """The mark: precision (k = 5) against the records drawn from so far."""
    every: Annotated[int, Ge(1)] = 250
    """Steps between examinations."""

    def boundaries(self, steps: int, tiers: int) -> set[int]:
        return set(range(self.every, steps, self.every)) if tiers > 1 else set()

    def limit(self, progress: Progress) -> int:
        harder = [count for count in progress.counts if count > progress.limit]
        if not harder or progress.competence(progress.limit) < self.precision:
            return progress.limit
        return harder[0]
