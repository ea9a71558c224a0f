"""Columns: what is measured of each mode, class or tier by itself.

A column is a function of a `Comparison` to a `Group` for each row of its table, by the
row's index, registered where it is defined: in the file of the metric that it breaks
down. Its figures have nulls and intervals as metrics have.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from components.distances import Array
from components.evaluate.comparison import Comparison, Index
from components.evaluate.figure import Better, Reference, as_number

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

    @property
    def address(self) -> str:
        return f"{self.table}.{self.name}"

    def of(self, index: int) -> str:
        """The address of one row's figure."""
        return f"{self.address}.{index}"

    def numbers(self, comparison: Comparison) -> Iterator[tuple[str, float]]:
        """(address, value) of every row where it is defined."""
        for index, group in self.function(comparison).items():
            number = group.number
            if number is not None:
                yield self.of(index), number


COLUMNS: dict[str, Column] = {}


def column(
    table: Table,
    name: str,
    *,
    blind_to: str,
    better: Better = "higher",
    reference: Reference = "holdout",
    leave_out: LeaveOut | None = None,
) -> Callable[[F], F]:
    """Register a column; arguments: `Column`."""

    def register(function: F) -> F:
        made = Column(table, name, function, reference, better, blind_to, leave_out)
        COLUMNS[made.address] = made
        return function

    return register


def measure_columns(
    columns: Iterable[Column], comparison: Comparison
) -> Iterator[tuple[str, float]]:
    """(address, value) of every figure that is defined for the comparison."""
    for each in columns:
        yield from each.numbers(comparison)
