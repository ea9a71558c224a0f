"""The tables of metrics.json: known modes, classes and tiers, a row each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from components.distances import Array
from components.evaluate.columns import COLUMNS, Column, Group, Table
from components.evaluate.comparison import Comparison, Sample
from components.evaluate.figure import Reference
from components.evaluate.intervals import (
    GROUPS,
    Interval,
    around,
    bootstrap_mean,
)
from components.evaluate.nulls import Null

Row = dict[str, Any]
Comparisons = Mapping[Reference, Comparison]

SPACED = 2000
"""Records that tell how far those of a tier lie apart: 60 ms in two dimensions, 300
in 2,048."""


def mode_table(comparison: Comparison) -> list[Row] | None:
    """The known modes, without columns; None where none are known."""
    found, modes = comparison.mode_census, comparison.modes
    if found is None or modes is None:
        return None
    weights = modes.weights / modes.weights.sum()
    return [
        {"index": i, "weight": float(w), "share": float(s), "captured": bool(c)}
        for i, (w, s, c) in enumerate(
            zip(weights, found.shares, found.captured, strict=True)
        )
    ]


def class_table(comparison: Comparison, names: list[str] | None) -> list[Row] | None:
    """The classes, without columns; the comparison is with the training records."""
    found = comparison.class_census
    if found is None:
        return None
    columns = found.indices, found.real_shares, found.shares, found.captured
    return [
        {
            "index": int(i),
            "name": names[i] if names and i < len(names) else str(i),
            "real_share": float(real),
            "share": float(share),
            "captured": bool(captured),
        }
        for i, real, share, captured in zip(*columns, strict=True)
    ]


def tier_table(tiers: Sequence[Mapping[str, Any]], holdout: Sample) -> list[Row]:
    """The curriculum's tiers, from core to outliers, without columns."""
    spacings = tier_spacings(holdout)
    return [
        {
            "index": int(tier["index"]),
            "threshold": float(tier["threshold"]),
            "records": int(tier["holdout"]),
            "spacing": spacings.get(int(tier["index"])),
        }
        for tier in tiers
    ]


def tier_spacings(holdout: Sample) -> dict[int, float]:
    """The median distance of a tier's records to the nearest other of any tier.

    Of at most `SPACED` records, evenly: how tiers compare does not hang on how many.
    Distances are in the features; a tier whose records are copies has none.
    """
    if holdout.tiers is None or holdout.size < 2:
        return {}
    rows = np.linspace(0, holdout.size - 1, min(SPACED, holdout.size)).astype(int)
    spacing, tiers = holdout.take(rows).spacing, holdout.tiers[rows]
    found = {
        int(tier): float(np.median(spacing[tiers == tier])) for tier in np.unique(tiers)
    }
    return {tier: spacing for tier, spacing in found.items() if spacing > 0}


def with_columns(
    table: Table,
    rows: Iterable[Row] | None,
    comparisons: Comparisons,
    nulls: Mapping[str, Null],
    seed: int,
) -> list[Row] | None:
    """The rows with an entry of each of the table's columns.

    {value, null, null_interval, ci, n}, n of the points that it is read off; the value
    is null where it is not defined.
    """
    if rows is None:
        return None
    known = [each for each in COLUMNS.values() if each.table == table]
    read = {
        each.name: entries(each, comparisons[each.reference], seed) for each in known
    }
    nothing = {"value": None, "ci": None, "n": 0}
    filled = []
    for row in rows:
        for each in known:
            null, interval = nulls.get(each.of(row["index"]), (None, None))[:2]
            entry = read[each.name].get(row["index"], nothing)
            row[each.name] = {**entry, "null": null, "null_interval": interval}
        filled.append(row)
    return filled


def entries(column: Column, comparison: Comparison, seed: int) -> dict[int, Row]:
    """value, ci and n of every row that the comparison has points of."""
    groups = column.function(comparison)
    parts: list[Mapping[int, Group]] = []
    if column.leave_out is not None and groups:
        random = np.random.default_rng([seed, 5])
        order = random.permutation(comparison.generated.size)
        parts = list(column.leave_out(comparison, np.array_split(order, GROUPS)))
    return {
        index: {
            "value": group.number,
            "ci": _interval(group, [part[index].number for part in parts], seed),
            "n": group.n,
        }
        for index, group in groups.items()
    }


def _interval(
    group: Group, parts: Sequence[float | None], seed: int
) -> Interval | None:
    """Wilson's of a share; a bootstrap of another mean; else a jackknife, which needs a
    value without each group of samples."""
    value = group.number
    if value is None:
        return None
    if not isinstance(group.value, np.ndarray):
        known = [part for part in parts if part is not None]
        whole = known and len(known) == len(parts)
        return around(value, np.array(known)) if whole else None
    if np.isin(group.value, (0.0, 1.0)).all():
        return share_interval(group.value)
    return bootstrap_mean(group.value, np.random.default_rng([seed, 4]))


def share_interval(hits: Array) -> Interval:
    """Wilson 1927, of n values 0 or 1: of few, a bootstrap says that all is all."""
    from scipy.stats import binomtest

    found = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return [float(found.low), float(found.high)]
