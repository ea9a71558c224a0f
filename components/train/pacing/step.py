"""One tier after the other, at fixed times."""

from collections.abc import Sequence
from typing import Annotated, Literal

from annotated_types import Gt, Le

from components.train.pacing import Pacing, Progress, spread


class StepPacing(Pacing):
    """Tier t joins at t/tiers of the first `until` of training."""

    kind: Literal["step"] = "step"
    until: Annotated[float, Gt(0), Le(1)] = 0.75
    """Share of the steps over which the tiers are spread."""

    def boundaries(self, steps: int, tiers: int) -> set[int]:
        return spread(0, round(steps * self.until), tiers) if tiers > 1 else set()

    def limit(self, progress: Progress) -> int:
        counts: Sequence[int] = progress.counts
        edges = sorted(self.boundaries(progress.steps, len(counts)))
        passed = sum(edge <= progress.step for edge in edges)
        return counts[min(passed, len(counts) - 1)]
