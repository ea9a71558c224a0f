"""Along half a cosine."""

import math
from typing import Any, Literal

from components.lazy import lazy_import
from components.train.schedules import Schedule

ops = lazy_import("keras.ops")


class CosineSchedule(Schedule):
    """Slow at both ends (Loshchilov and Hutter 2017, equation 5, without restarts)."""

    kind: Literal["cosine"] = "cosine"

    def share(self, progress: Any) -> Any:
        return 0.5 - 0.5 * ops.cos(math.pi * progress)
