"""Which trials a matrix pairs: equal in seed and all axes but one. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from components.matching import same
from components.report.findings import Trial, key, variant
from components.report.paired import Pair, Side, side
from components.run import CASE

Point = Mapping[str, Any]


class Axis(NamedTuple):
    """Addresses that vary together, and what they vary over, the baseline first."""

    addresses: tuple[str, ...]
    values: list[dict[str, Any]]


class Contrast(NamedTuple):
    """A value of an axis against its baseline.

    Attributes:
        change, against: the value, and the baseline, by address.
        where: what the other axes are; where each of `settings` of them is averaged,
            the case alone, None without cases.
        units: a seed's pairs each; none where no two trials differ in this alone.
        alone: ids of the trials of either side that have no partner.
    """

    change: Point
    against: Point
    where: Point | None
    settings: int
    units: list[list[Pair]]
    alone: list[str]

    @property
    def averaged(self) -> bool:
        """Whether it is over all settings of the other axes."""
        return any(len(unit) > 1 for unit in self.units)


def axes(trials: Sequence[Trial], baselines: Point) -> list[Axis]:
    """The matrix's axes of two values or more, without the seed.

    Addresses of which each value goes with one value of another are one axis: no two
    trials differ in one of them alone.

    Args:
        baselines: address -> the value to compare with; by default an axis' first.
    """
    points = [variant(trial) for trial in trials]
    groups: list[list[str]] = []
    for address in dict.fromkeys(name for point in points for name in point):
        if len({key(point.get(address)) for point in points}) < 2:
            continue
        tied = next((g for g in groups if _tied(points, g[0], address)), None)
        if tied is None:
            groups.append([address])
        else:
            tied.append(address)
    return [Axis(tuple(group), _values(points, group, baselines)) for group in groups]


def _tied(points: Sequence[Point], one: str, other: str) -> bool:
    pairs = {(key(p.get(one)), key(p.get(other))) for p in points}
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def _values(
    points: Sequence[Point], addresses: Sequence[str], baselines: Point
) -> list[dict[str, Any]]:
    taken = ({name: point.get(name) for name in addresses} for point in points)
    found = list({key(value): value for value in taken}.values())
    stated = {name: baselines[name] for name in addresses if name in baselines}
    # Stable: without a statement, or with one that fits no value, the first stays.
    return sorted(found, key=lambda value: not (stated and same(stated, value)))


def contrasts(trials: Sequence[Trial], baselines: Point) -> Iterator[Contrast]:
    """Every value of every axis against its baseline, then each setting of them.

    Cases are specs of their own: each is compared within itself.
    """
    details: list[Contrast] = []
    for case, own in _cases(trials):
        sides = [_placed(trial) for trial in own if trial["failed"] is None]
        for axis in axes(own, baselines):
            against, *changes = axis.values
            for change in changes:
                for found in _compared(sides, against, change):
                    if found.where is None:
                        yield found._replace(where=case)
                    elif found.settings == 1:
                        yield found
                    else:
                        details.append(found)
    yield from details


def _cases(trials: Sequence[Trial]) -> Iterator[tuple[Point | None, list[Trial]]]:
    """The trials of each case, and it as a point; without cases all, and None."""
    groups: dict[str | None, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial["point"].get(CASE), []).append(trial)
    for case, own in groups.items():
        yield None if case is None else {CASE: case}, own


class _Placed(NamedTuple):
    """A trial, and the values of its axes as text."""

    side: Side
    keys: dict[str, str]


def _placed(trial: Trial) -> _Placed:
    return _Placed(side(trial), {n: key(v) for n, v in variant(trial).items()})


def _compared(
    sides: Sequence[_Placed], against: Point, change: Point
) -> list[Contrast]:
    left, right = (_rest(sides, value) for value in (against, change))
    both = [place for place in left if place in right]
    alone = [
        each.trial["id"]
        for given, other in ((left, right), (right, left))
        for place, each in given.items()
        if place not in other
    ]
    settings: dict[_Rest, dict[int, Pair]] = {}
    for place in both:
        seed, setting = place
        settings.setdefault(setting, {})[seed] = (left[place], right[place])
    if not settings:
        return [Contrast(change, against, None, 0, [], alone)]
    parts = []
    for pairs in settings.values():
        where, units = _where(pairs, change), [[pair] for pair in pairs.values()]
        parts.append(Contrast(change, against, where, len(settings), units, []))
    if len(parts) == 1:
        return [parts[0]._replace(alone=alone)]
    shared = set.intersection(*(set(by_seed) for by_seed in settings.values()))
    first = next(iter(settings.values()))
    units = [[s[seed] for s in settings.values()] for seed in first if seed in shared]
    whole = Contrast(change, against, None, len(settings), units, alone)
    return [whole, *parts] if units else parts


_Rest = tuple[tuple[str, str], ...]


def _rest(sides: Sequence[_Placed], value: Point) -> dict[tuple[int, _Rest], Side]:
    """By seed and the other axes: the trials that have a value of an axis."""
    wanted = {name: key(one) for name, one in value.items()}
    nothing = key(None)
    return {
        (each.trial["seed"], tuple(i for i in keys.items() if i[0] not in wanted)): each
        for each, keys in sides
        if all(keys.get(name, nothing) == one for name, one in wanted.items())
    }


def _where(by_seed: Mapping[int, Pair], change: Point) -> Point:
    point = variant(next(iter(by_seed.values()))[1].trial)
    return {name: value for name, value in point.items() if name not in change}
