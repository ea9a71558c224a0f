"""Spread within modes and classes: a mode shrunk to a point is there for the others."""

from collections.abc import Sequence

from components.evaluate.columns import Group, Groups, column
from components.evaluate.comparison import Comparison, Index
from components.evaluate.metrics import metric
from components.evaluate.spread import GroupSpreads, without_each

BLIND = (
    "missing {0}, where in its own a sample lies, and one that shrank among many: the "
    "table has each by itself"
)


def modes_without(
    comparison: Comparison, groups: Sequence[Index]
) -> list[GroupSpreads]:
    """The spreads within modes without each group of samples."""
    found, spreads = comparison.mode_census, comparison.mode_spreads
    if found is None or spreads is None:
        return []
    return without_each(spreads, comparison.generated.values, found.own, groups)


def classes_without(
    comparison: Comparison, groups: Sequence[Index]
) -> list[GroupSpreads]:
    """The spreads within classes without each group of samples."""
    found, spreads = comparison.assignment, comparison.class_spreads
    if found is None or spreads is None:
        return []
    return without_each(spreads, comparison.generated.features, found.own, groups)


@metric(
    reference="train",
    better="null",
    says="failure",
    in_features=False,
    blind_to=BLIND.format("modes"),
    leave_out=lambda comparison, groups: [
        each.mean for each in modes_without(comparison, groups)
    ],
)
def mode_spread(comparison: Comparison) -> float | None:
    """The samples' spread within known modes over the records' (see `pair_spread`).

    The ratios' mean, each mode as heavy as it has samples; 0 where every mode is one
    point. Both sides' points belong to the nearest mode, whatever their distance.
    """
    spreads = comparison.mode_spreads
    return None if spreads is None else spreads.mean


@metric(
    reference="train",
    better="null",
    says="failure",
    blind_to=BLIND.format("classes"),
    leave_out=lambda comparison, groups: [
        each.mean for each in classes_without(comparison, groups)
    ],
)
def class_spread(comparison: Comparison) -> float | None:
    """As `mode_spread`, of labelled classes (see `Comparison.assignment`)."""
    spreads = comparison.class_spreads
    return None if spreads is None else spreads.mean


def _groups(spreads: GroupSpreads | None) -> Groups:
    if spreads is None:
        return {}
    rows = zip(spreads.indices, spreads.ratios, spreads.counts, strict=True)
    return {int(index): Group(float(ratio), int(n)) for index, ratio, n in rows}


@column(
    "modes",
    "spread",
    reference="train",
    better="null",
    blind_to="where in its mode a sample lies",
    leave_out=lambda comparison, groups: [
        _groups(each) for each in modes_without(comparison, groups)
    ],
)
def spread_by_mode(comparison: Comparison) -> Groups:
    """Each mode's ratio; not defined of a mode of one sample or none."""
    return _groups(comparison.mode_spreads)


@column(
    "classes",
    "spread",
    reference="train",
    better="null",
    blind_to="where in its class a sample lies",
    leave_out=lambda comparison, groups: [
        _groups(each) for each in classes_without(comparison, groups)
    ],
)
def spread_by_class(comparison: Comparison) -> Groups:
    """Each class's ratio; not defined of a class of one sample or none."""
    return _groups(comparison.class_spreads)
