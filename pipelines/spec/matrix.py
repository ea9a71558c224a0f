"""`matrix`: axes, the product of their values without the excluded points, and ids."""

import itertools
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from components.run import CASE
from pipelines.spec.errors import AddressError, SpecError, ValueFault, listing, nearest
from pipelines.spec.model import Position
from pipelines.spec.nodes import Node, plain, show
from pipelines.spec.overrides import Override

MAX_TRIALS = 10_000
LONGEST = 24


@dataclass(frozen=True)
class Axis:
    """An address and the values that the trials take there.

    `over`, if any, is set in each of the values.
    """

    address: str
    position: Position
    values: tuple[Node, ...]
    over: Node | None = None

    @property
    def stage(self) -> str:
        return self.address.split(".")[0]


@dataclass(frozen=True)
class Point:
    """One trial's choice: for each axis the index of its value."""

    choice: tuple[int, ...]
    values: Mapping[str, Any]


def read_axes(
    matrix: Node | None, overrides: Sequence[Override], errors: list[SpecError]
) -> list[Axis]:
    """The axes of a matrix, those that an override fixes reduced to its value."""
    if matrix is None:
        return []
    fixed = {override.address: override for override in overrides}
    axes = []
    for address, node in matrix.mapping.items():
        if address == "exclude" or not node.items:
            continue
        if address in fixed:
            override = fixed[address]
            axes.append(Axis(address, override.position, (override.value,)))
            continue
        _refuse_twins(address, node, errors)
        axes.append(Axis(address, matrix.keys[address], node.items))
    return axes


def _refuse_twins(address: str, node: Node, errors: list[SpecError]) -> None:
    known: dict[str, Position] = {}
    for item in node.items:
        text = repr(plain(item))
        if text in known:
            errors.append(
                ValueFault(
                    item.position,
                    f"matrix.{address}",
                    "The same value twice",
                    "each value once",
                    f"{show(item)}, first at {known[text]}",
                )
            )
        known.setdefault(text, item.position)


def points(axes: Sequence[Axis], errors: list[SpecError]) -> list[Point]:
    """The product of the axes, in the order stated."""
    size = math.prod(len(axis.values) for axis in axes)
    if size > MAX_TRIALS:
        errors.append(too_many(size, axes[0].position))
        return []
    plains = [[plain(value) for value in axis.values] for axis in axes]
    found = []
    for choice in itertools.product(*(range(len(axis.values)) for axis in axes)):
        values = {
            axis.address: column[index]
            for axis, column, index in zip(axes, plains, choice, strict=True)
        }
        found.append(Point(choice, values))
    return found


def too_many(size: int, position: Position) -> ValueFault:
    wanted = f"at most {MAX_TRIALS:,}"
    return ValueFault(position, "matrix", "Too many trials", wanted, f"{size:,}")


def without_excluded(
    found: list[Point],
    matrix: Node | None,
    narrowed: Set[str],
    errors: list[SpecError],
) -> list[Point]:
    """The points that the matrix' `exclude` leaves.

    `narrowed` holds the addresses that an override fixes: an exclusion of another value
    there is void, not wrong.
    """
    exclude = matrix.mapping.get("exclude") if matrix is not None else None
    if exclude is None or not found:
        return found
    axes = dict.fromkeys(name for point in found for name in point.values)
    left = found
    for index, entry in enumerate(exclude.items):
        address = f"matrix.exclude.{index}"
        if not isinstance(entry.value, dict) or not entry.value:
            errors.append(
                ValueFault(
                    entry.position,
                    address,
                    "Not a mapping",
                    "a mapping of addresses in the matrix to values",
                    show(entry),
                )
            )
            continue
        if not _known_axes(entry, list(axes), address, errors):
            continue
        wanted = {key: plain(node) for key, node in entry.value.items()}
        if any(same_values(point.values, wanted) for point in found):
            left = [p for p in left if not same_values(p.values, wanted)]
        elif not narrowed & set(wanted):
            errors.append(
                ValueFault(
                    entry.position,
                    address,
                    "Excludes no trial",
                    "values that the matrix has",
                    show(entry),
                )
            )
    if found and not left:
        position = exclude.position
        errors.append(ValueFault(position, "matrix.exclude", "Every trial is excluded"))
    return left


def _known_axes(
    entry: Node, known: Sequence[str], address: str, errors: list[SpecError]
) -> bool:
    unknown = [key for key in entry.mapping if key not in known]
    for key in unknown:
        errors.append(
            AddressError(
                entry.keys[key],
                address,
                f"`{key}` is not in the matrix",
                listing(known),
                near=nearest(key, known),
            )
        )
    return not unknown


def same(left: Any, right: Any) -> bool:
    """Equality of plain values in which `true` is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and same_values(left, right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def same_values(values: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether all wanted entries are there."""
    return all(key in values and same(values[key], wanted[key]) for key in wanted)


def trial_ids(axes: Sequence[Axis], found: Sequence[Point], seed: int) -> list[str]:
    """Short, readable, unique ids: `seed=0,normalization=batch`."""
    if not axes:
        return [f"seed={seed}"]
    names = _short_names([axis.address for axis in axes])
    # The names of cases tell them apart as they are: no two are equal.
    labels = [
        [str(name.value) for name in axis.values]
        if axis.address == CASE
        else _labels(axis.values)
        for axis in axes
    ]
    return [
        ",".join(
            f"{name}={column[index]}"
            for name, column, index in zip(names, labels, point.choice, strict=True)
        )
        for point in found
    ]


def _short_names(addresses: Sequence[str]) -> list[str]:
    """The shortest ends of addresses that tell them apart."""
    names = []
    for address in addresses:
        parts = address.split(".")
        for count in range(1, len(parts) + 1):
            end = ".".join(parts[-count:])
            if sum(f".{other}".endswith(f".{end}") for other in addresses) == 1:
                break
        # `kind` alone says nothing: the part's name goes with it.
        if end == "kind":
            end = ".".join(parts[-2:])
        names.append(end)
    return names


def _labels(values: Sequence[Node]) -> list[str]:
    words = [_label(plain(value)) for value in values]
    return [
        word if words.count(word) == 1 else f"{word}#{index}"
        for index, word in enumerate(words)
    ]


def _label(value: Any) -> str:
    if isinstance(value, dict):
        text = str(value.get("kind", "+".join(map(str, value)) or "none"))
    elif isinstance(value, list):
        text = "x".join(_label(item) for item in value) or "empty"
    elif isinstance(value, bool) or value is None:
        text = str(value).lower()
    elif isinstance(value, str) and "/" in value:
        text = PurePosixPath(value).stem
    else:
        text = str(value)
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", text)[:LONGEST] or "empty"
