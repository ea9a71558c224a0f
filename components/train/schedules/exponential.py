"""By equal factors from start to end."""

from typing import Any, Literal

from pydantic import model_validator

from components.lazy import lazy_import
from components.train.schedules import Schedule

ops = lazy_import("keras.ops")


class ExponentialSchedule(Schedule):
    """The number changes by the same factor each step."""

    kind: Literal["exponential"] = "exponential"

    def at(self, step: Any, steps: int) -> Any:
        progress = ops.minimum(step / (self.until * steps), 1.0)
        return self.start * (self.end / self.start) ** self.share(progress)

    def share(self, progress: Any) -> Any:
        return progress

    @model_validator(mode="after")
    def _positive(self) -> "ExponentialSchedule":
        if self.start <= 0 or self.end <= 0:
            raise ValueError(
                "an exponential schedule multiplies: `start` and `end` must be above "
                f"0, not {self.start} and {self.end}; use `linear` or `cosine` for 0"
            )
        return self
