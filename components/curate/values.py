"""Parameters that sources of arrays share."""

from typing import Annotated, Any

from annotated_types import Len
from pydantic import field_validator

from components.curate.source import Source


class ArraySource(Source):
    """A source of numbers, whose range may be stated."""

    range: Annotated[list[float], Len(2, 2)] | None = None
    """Lowest and highest value; mapped to -1 and 1. None: by the numbers' type."""
    classes: list[str] | None = None
    """Names of the labels 0, 1, …"""

    @field_validator("range")
    @classmethod
    def _ordered(cls, range: Any) -> Any:
        if range is not None and not range[0] < range[1]:
            raise ValueError(f"Expected lowest < highest. Received: {range}")
        return range

    def limits(self) -> tuple[float, float] | None:
        return None if self.range is None else (self.range[0], self.range[1])

    def class_names(self) -> tuple[str, ...] | None:
        return None if self.classes is None else tuple(self.classes)
