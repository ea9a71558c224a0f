"""Evenly from start to end."""

from typing import Any, Literal

from components.train.schedules import Schedule


class LinearSchedule(Schedule):
    """The number changes by the same amount each step."""

    kind: Literal["linear"] = "linear"

    def share(self, progress: Any) -> Any:
        return progress
