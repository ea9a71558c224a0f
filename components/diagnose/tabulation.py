"""From what healthy runs read to `calibration.json`."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from components.diagnose.calibration import EVERY, FEWEST, Scale, Side

DIFFERENT = 0.25
"""Level of the test of Kolmogorov and Smirnov by which a statistic reads differently on
records of one kind than on others, and is held against runs on its kind alone. What
decides whether to pool should err towards a difference: Bozivich, Bancroft and Hartley
1956, Annals of Mathematical Statistics 27."""


def tabulate(
    readings: Sequence[dict[str, float]],
    sides: dict[str, tuple[Side, Scale]],
    produced: str = "",
    kinds: Sequence[str | None] = (),
    cases: Sequence[str] = (),
) -> dict[str, Any]:
    """The payload of `calibration.json` from every healthy run's readings.

    A statistic read on fewer than two runs is left out: it has no spread.

    Args:
        sides: by statistic, its suspicious side and its scale.
        kinds: of each run's records.
        cases: what each is a run of; empty: all of one.
    """
    numbers = {case: number for number, case in enumerate(dict.fromkeys(cases))}

    def checks(kind: str | None = None) -> dict[str, Any]:
        found = {}
        whose = [numbers[case] for case in cases] or [0] * len(readings)
        own = kinds or [None] * len(readings)
        chosen = [
            (run, case)
            for run, case, each in zip(readings, whose, own, strict=True)
            if kind is None or each == kind
        ]
        for name, (side, scale) in sorted(sides.items()):
            read = sorted((run[name], case) for run, case in chosen if name in run)
            if len(read) < 2:
                continue
            found[name] = {"side": side, "scale": scale, "values": [v for v, _ in read]}
            if cases:
                found[name]["cases"] = [case for _, case in read]
        return found

    names = sorted({kind for kind in kinds if kind is not None})
    every = checks()
    return {
        "produced": produced,
        "runs": len(readings),
        "cases": list(numbers),
        "checks": every,
        "kinds": {
            name: _differing(checks(name), every)
            for name in (names if len(names) > 1 else ())
        },
    }


def bands(
    readings: Sequence[Mapping[str, float]],
    kinds: Sequence[str | None],
    cases: Sequence[str],
) -> dict[str, dict[str, list[float]]]:
    """See `CalibrationTable.bands`; of series that FEWEST cases at least have, or all.

    Args:
        readings: of each healthy run, the level of every series.
    """
    import numpy as np

    found: dict[str, dict[str, list[float]]] = {}
    names = sorted({name for run in readings for name in run})
    for kind in (EVERY, *sorted({kind for kind in kinds if kind is not None})):
        chosen = [
            (run, case)
            for run, each, case in zip(readings, kinds, cases, strict=True)
            if kind in (EVERY, each)
        ]
        found[kind] = {}
        enough = min(FEWEST, len({case for _, case in chosen}))
        for name in names:
            read = [(run[name], case) for run, case in chosen if name in run]
            if read and len({case for _, case in read}) >= enough:
                ends = np.quantile([value for value, _ in read], (0.05, 0.5, 0.95))
                found[kind][name] = [float(f"{end:.6g}") for end in ends]
    return found


def _differing(
    own: Mapping[str, Any], every: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Of one kind's readings those that differ from the others' (means of cases).

    Where all read alike there is no telling how much another may differ: the spread is
    that of every kind.
    """
    from scipy import stats

    found = {}
    for name, entry in own.items():
        mine = _means(entry)
        others = [m for case, m in _means(every[name]).items() if case not in mine]
        if not others or len(set(entry["values"])) == 1:
            continue
        if stats.ks_2samp(list(mine.values()), others).pvalue < DIFFERENT:
            found[name] = entry
    return found


def _means(entry: Mapping[str, Any]) -> dict[int, float]:
    """The mean reading of each case."""
    groups: dict[int, list[float]] = {}
    cases = entry.get("cases") or [0] * len(entry["values"])
    for case, value in zip(cases, entry["values"], strict=True):
        groups.setdefault(case, []).append(value)
    return {case: math.fsum(each) / len(each) for case, each in groups.items()}


def to_json(table: dict[str, Any]) -> bytes:
    """A line a statistic, a failed run and a tree: a renewal reads as a diff."""
    apart = ("checks", "exposed", "kinds", "bands", "forest")
    rest = {name: entry for name, entry in table.items() if name not in apart}
    exposed = {name: dict(one) for name, one in table.get("exposed", {}).items()}
    blocks = []
    for name, one in exposed.items():
        failures = ",\n".join(f"   {json.dumps(f)}" for f in one.pop("failures", ()))
        head = json.dumps(one).removesuffix("}")
        listed = f'"failures": [\n{failures}\n  ]' if failures else '"failures": []'
        blocks.append(f"  {json.dumps(name)}: {head}, {listed}}}")
    kinds, levels = (
        [
            f"  {json.dumps(kind)}: {{\n" + ",\n".join(_lines(entries)) + "\n  }"
            for kind, entries in table.get(name, {}).items()
        ]
        for name in ("kinds", "bands")
    )
    parts = [json.dumps(rest, indent=1).removesuffix("\n}")]
    told = {
        "exposed": blocks,
        "checks": _lines(table["checks"]),
        "kinds": kinds,
        "bands": levels,
    }
    for name, lines in told.items():
        parts.append(f'"{name}": {{\n' + ",\n".join(lines) + "\n }")
    if forest := table.get("forest"):
        parts.append(f'"forest": {_forest(dict(forest))}')
    return (",\n ".join(parts) + "\n}\n").encode()


def _forest(forest: dict[str, Any]) -> str:
    trees = ",\n".join(f"   {json.dumps(tree)}" for tree in forest.pop("trees"))
    head = json.dumps(forest).removesuffix("}")
    return f'{head}, "trees": [\n{trees}\n  ]}}'


def _lines(checks: Mapping[str, Any]) -> list[str]:
    return [f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in checks.items()]
