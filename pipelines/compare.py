"""What differs between two runs: parameters, verdicts, and figures pair by pair."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from components.artifacts import Metrics, Report
from components.matching import lookup
from components.report.paired import Figures, Pair, figures, judge, side
from components.report.samplewise import Sampled, sampled
from pipelines.planning.reasons import show
from pipelines.runs import RunRecord, TrialRecord, load
from pipelines.store import Store, StoreError

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Difference:
    """One value that differs; None where a run has none.

    `sort` is `parameter`, `verdict`, `symptoms` or `causes`.
    """

    trial: str
    sort: str
    name: str
    a: Any
    b: Any

    def __str__(self) -> str:
        where = f"{self.trial}: " if self.trial else ""
        return f"{where}{self.name} {show(self.a)} → {show(self.b)}"


class Contrast(NamedTuple):
    """The second run against the first, in one variant.

    Attributes:
        point: the axes, without the seed, that tell the runs' variants apart.
        pairs: how many trials of each there are, one a seed.
        figures: of metrics and measurements, as `components.report.paired` has them:
            `from` is the first run's.
    """

    point: Mapping[str, Any]
    pairs: int
    figures: Figures


@dataclass(frozen=True)
class Comparison:
    """Two runs, trial by trial.

    Attributes:
        a, b: the runs.
        shared: the axes in which the trials of a pair are equal.
        common: ids, in the first run, of the trials that have a partner.
        only_a, only_b: ids of the trials that have none.
        differences: within the pairs, in order.
        contrasts: what the second run's figures are more than the first's.
        tested: how many differences have an interval, and are clear of 0.
    """

    a: RunRecord
    b: RunRecord
    shared: tuple[str, ...]
    common: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    differences: tuple[Difference, ...]
    contrasts: tuple[Contrast, ...]
    tested: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Side:
    """One trial of one run: its parameters, and what the report says of it."""

    record: TrialRecord
    params: Mapping[str, Any]
    findings: Mapping[str, Any]

    def parameter(self, address: str) -> Any:
        """What the trial was made with, stated in the matrix or not."""
        try:
            return lookup(self.params, address)
        except KeyError:
            return self.stated(address)

    def stated(self, address: str) -> Any:
        return self.record.point.get(address)


_Couple = tuple[_Side, _Side]


def compare(store: Store, a: str, b: str) -> Comparison:
    """Compare two runs, named as for `runs.load`.

    Trials are paired that are equal in every axis of either matrix, the seed among
    them; an axis that only one run varies is a parameter of the other's trials. What
    is one value throughout each run cannot tell its trials apart and may differ: that
    is what is compared. So runs of one trial each are compared whatever they are.

    Raises:
        RunError: if one of them is not there.
    """
    runs = load(store, a), load(store, b)
    left, right = (_sides(store, run) for run in runs)
    shared, keyed = _keyed(left, right)
    both = [place for place in keyed[0] if place in keyed[1]]
    couples = {place: (keyed[0][place], keyed[1][place]) for place in both}
    contrasts = list(_contrasts(store, shared, couples))
    return Comparison(
        a=runs[0],
        b=runs[1],
        shared=shared,
        common=tuple(a.record.id for a, _ in couples.values()),
        only_a=tuple(s.record.id for p, s in keyed[0].items() if p not in couples),
        only_b=tuple(s.record.id for p, s in keyed[1].items() if p not in couples),
        differences=tuple(
            each for a, b in couples.values() for each in _differences(a, b)
        ),
        tested=judge([each.figures for each in contrasts], CONFIDENCE),
        contrasts=tuple(contrasts),
    )


_Keyed = dict[tuple[str, ...], _Side]


def _keyed(
    left: Sequence[_Side], right: Sequence[_Side]
) -> tuple[tuple[str, ...], tuple[_Keyed, _Keyed]]:
    """The axes that pair, and each run's trials by their values."""
    runs = left, right
    axes = dict.fromkeys(n for run in runs for one in run for n in one.record.point)

    def by(read: Callable[[_Side, str], Any]) -> Any:
        telling = tuple(
            name
            for name in axes
            if any(len({_key(read(one, name)) for one in run}) > 1 for run in runs)
        )
        taken = [
            {tuple(_key(read(one, name)) for name in telling): one for one in run}
            for run in runs
        ]
        return telling, tuple(taken)

    telling, taken = by(_Side.parameter)
    # Two values of an axis may be one once defaults are filled in.
    if [len(each) for each in taken] != [len(run) for run in runs]:
        return by(_Side.stated)  # type: ignore[no-any-return]
    return telling, taken


def _contrasts(
    store: Store, shared: Sequence[str], couples: Mapping[tuple[str, ...], _Couple]
) -> Iterator[Contrast]:
    """The pairs of each variant, a unit each."""
    groups: dict[tuple[str, ...], list[_Couple]] = {}
    for place, couple in couples.items():
        rest = zip(shared, place, strict=True)
        variant = tuple(value for name, value in rest if name != "seed")
        groups.setdefault(variant, []).append(couple)
    for group in groups.values():
        first = group[0][0]
        point = {n: first.parameter(n) for n in shared if n != "seed"}
        units = [[(side(a.findings), side(b.findings))] for a, b in group]
        measured_on = partial(_measured_on, store, group[0])
        yield Contrast(point, len(group), figures(units, CONFIDENCE, measured_on))


def _measured_on(
    store: Store, couple: _Couple, pair: Pair
) -> tuple[Sampled | None, Sampled | None]:
    """Of the one pair of a variant; asked for only where there is no other."""
    a, b = couple
    return _sampled(store, a.record), _sampled(store, b.record)


def _sampled(store: Store, trial: TrialRecord) -> Sampled | None:
    for use in trial.nodes.values():
        for output in use.outputs.values():
            if output.type == Metrics.type:
                try:
                    found = sampled(store.get(Metrics, output.digest))
                except (OSError, StoreError):
                    continue
                if found is not None:
                    return found
    return None


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _sides(store: Store, run: RunRecord) -> list[_Side]:
    findings = _findings(store, run)
    sides = []
    for trial in run.trials:
        params: dict[str, Any] = {}
        for stage, use in trial.nodes.items():
            record = store.lookup(use.key)
            if record is not None:
                params[stage] = record.params
                if record.seed is not None:
                    params["seed"] = record.seed
        found = findings.get(_key(trial.point), {})
        sides.append(_Side(trial, params, found))
    return sides


def _findings(store: Store, run: RunRecord) -> dict[str, Mapping[str, Any]]:
    """What a run's report says of each trial; nothing if there is no report."""
    content: Any = {}
    try:
        if run.report is not None:
            content = store.get(Report, run.report).content()
        else:
            content = json.loads(store.files.read(f"runs/{run.id}/report.json"))
    except (OSError, ValueError, StoreError):
        return {}
    trials = content.get("trials", []) if isinstance(content, dict) else []
    return {_key(trial.get("point", {})): trial for trial in trials}


def _differences(a: _Side, b: _Side) -> Iterator[Difference]:
    trial = a.record.id
    left, right = dict(_flat(a.params)), dict(_flat(b.params))
    for name in {**left, **right}:
        if left.get(name) != right.get(name):
            yield Difference(trial, "parameter", name, left.get(name), right.get(name))
    for sort in ("verdict", "symptoms", "causes"):
        old, new = _ids(a.findings.get(sort)), _ids(b.findings.get(sort))
        if old != new:
            yield Difference(trial, sort, sort, old, new)


def _ids(found: Any) -> Any:
    """The ids of a list of symptoms or causes; anything else as it is."""
    if isinstance(found, list):
        return ", ".join(str(entry.get("id")) for entry in found) or None
    return found


def _flat(values: Any, address: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of nested mappings with its address."""
    if not isinstance(values, Mapping):
        yield address, values
        return
    for name, value in values.items():
        yield from _flat(value, f"{address}.{name}" if address else name)
