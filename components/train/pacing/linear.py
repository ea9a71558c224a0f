"""A share of the records that grows evenly."""

from typing import Annotated, Literal

from annotated_types import Gt, Le

from components.train.pacing import Pacing, Progress, spread


class LinearPacing(Pacing):
    """From the core tier to all records, evenly, over the first `until` of training."""

    kind: Literal["linear"] = "linear"
    until: Annotated[float, Gt(0), Le(1)] = 0.75
    """Share of the steps after which all records are drawn from."""

    def boundaries(self, steps: int, tiers: int) -> set[int]:
        end = max(1, round(steps * self.until))
        return spread(0, end, min(100, end))

    def limit(self, progress: Progress) -> int:
        end = max(1, round(progress.steps * self.until))
        done = min(1.0, progress.step / end)
        core, everything = progress.counts[0], progress.counts[-1]
        return core + round((everything - core) * done)
