"""Columns: what is measured of each mode, class or tier by itself.

A column is a function of a `Comparison` to a `Group` for each row of its table, by the
row's index, registered where it is defined: in the file of the metric that it breaks
down. Its figures have nulls and intervals as metrics have.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from components.distances import Array
from components.evaluate.comparison import Comparison, Index
from components.evaluate.figure import Better, Reference, as_number
from components.evaluate.scales import Scale

Table = Literal["modes", "classes", "tiers"]


class Group(NamedTuple):
    """A figure of one row: its value, or the values it is the mean of, of n points."""

    value: Array | float | None
    n: int

    @property
    def number(self) -> float | None:
        """The figure; None where it is not defined, as the mean of no points."""
        return as_number(self.value)


Groups = Mapping[int, Group]
Function = Callable[[Comparison], Groups]
LeaveOut = Callable[[Comparison, Sequence[Index]], Sequence[Groups]]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True)
class Column:
    """A column of a table of metrics.json; what is not said here: see `Metric`.

    Attributes:
        leave_out: the figures without each group of samples, for the jackknife of those
            that are no mean over points; None of those that are.
    """

    table: Table
    name: str
    function: Function
    reference: Reference
    better: Better
    blind_to: str
    leave_out: LeaveOut | None = None
    scale: Scale = "linear"

    @property
    def address(self) -> str:
        return f"{self.table}.{self.name}"

    def of(self, index: int) -> str:
        """The address of one row's figure."""
        return f"{self.address}.{index}"


COLUMNS: dict[str, Column] = {}


def column(
    table: Table,
    name: str,
    *,
    blind_to: str,
    better: Better = "higher",
    reference: Reference = "holdout",
    leave_out: LeaveOut | None = None,
    scale: Scale = "linear",
) -> Callable[[F], F]:
    """Register a column; arguments: `Column`."""

    def register(function: F) -> F:
        made = Column(
            table, name, function, reference, better, blind_to, leave_out, scale
        )
        COLUMNS[made.address] = made
        return function

    return register
