"""The confusion matrix: what was found in trials whose failure is known beforehand.

A trial's row is what the spec expects of it: its cause; where no cause is named, its
symptom; where neither is, that it is healthy. Its column is what was found:

- `no result` where a stage failed, which counts as wrong;
- the symptom that is expected, where it is among the trial's and the verdict is not
  `healthy`, whatever its cause;
- else `healthy`, or the likeliest cause where the verdict is `failed`;
- else `undetermined`.

Of several causes that are expected the likeliest has to be one; of several symptoms all
have to be there. Trials of which nothing of these is expected are in no row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from components.report.findings import key, variant
from components.report.intervals import wilson
from components.run import RunInfo, TrialInfo

HEALTHY, UNDETERMINED, NO_RESULT = "healthy", "undetermined", "no result"
KINDS = ("cause", "symptom", "healthy")
"""Of rows, in their order."""

Trial = Mapping[str, Any]


class Expected(NamedTuple):
    """A row's head: its kind, and the ids that are expected, each once."""

    kind: str
    ids: tuple[str, ...]

    @property
    def name(self) -> str:
        return " + ".join(self.ids)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The labels that are right. Symptoms are found together or not at all."""
        return (self.name,) if self.kind == "symptom" else self.ids


class Told(NamedTuple):
    """A trial of the matrix."""

    expected: Expected
    found: str
    trial: Trial

    @property
    def right(self) -> bool:
        return self.found in self.expected.wanted


def confusion(
    run: RunInfo, trials: Sequence[Trial], confidence: float
) -> dict[str, Any] | None:
    """`confusion` of `report.json`.

    Args:
        run: its trials are those of `trials`, in order.
        trials: of `report.json`.
        confidence: of Wilson's intervals. They take trials as independent draws, so
            they speak of further seeds of these cases and not of other cases.

    Returns:
        `labels`, all rows' and columns' in order; `rows`, with `counts` by label that
        add up to `of`, as do right, undetermined and wrong; `totals`, the same over
        all rows (`top_1`) and over those of each kind; `lead`; `cases`, each setting
        by seeds. None for a run without cases in which fewer than two expectations
        name a cause, and where no trial has a row.
    """
    naming = sum("cause" in entry.claims for entry in run.expectations)
    if not run.cases and naming < 2:
        return None
    told = list(_told(run, trials))
    if not told:
        return None
    groups: dict[Expected, list[Told]] = {}
    for one in told:
        groups.setdefault(one.expected, []).append(one)
    heads = sorted(groups, key=lambda head: KINDS.index(head.kind))
    return {
        "labels": _labels(heads, told),
        "rows": [_row(head, groups[head], confidence) for head in heads],
        "totals": _totals(told, confidence) | {"unlabelled": len(trials) - len(told)},
        "lead": _lead(told),
        "cases": _cases(told),
    }


def _told(run: RunInfo, trials: Sequence[Trial]) -> Iterable[Told]:
    for info, trial in zip(run.trials, trials, strict=True):
        expected = _expected(run, info)
        if expected is not None:
            yield Told(expected, _found(trial, expected), trial)


def _expected(run: RunInfo, info: TrialInfo) -> Expected | None:
    claims: dict[str, list[str]] = {}
    for entry in run.expected(info):
        for claim, stated in entry.claims.items():
            several = stated if isinstance(stated, list | tuple) else [stated]
            claims.setdefault(claim, []).extend(map(str, several))
    for kind in ("cause", "symptom"):
        if claims.get(kind):
            return Expected(kind, tuple(dict.fromkeys(claims[kind])))
    healthy = HEALTHY in claims.get("verdict", [])
    return Expected("healthy", (HEALTHY,)) if healthy else None


def _found(trial: Trial, expected: Expected) -> str:
    verdict = trial["verdict"]
    if trial["failed"] is not None:
        return NO_RESULT
    if verdict == "healthy":
        return HEALTHY
    shown = {symptom["id"] for symptom in trial["symptoms"]}
    if expected.kind == "symptom" and shown.issuperset(expected.ids):
        return expected.name
    if verdict == "failed" and trial["causes"]:
        return str(trial["causes"][0]["id"])
    return UNDETERMINED


def _labels(heads: Sequence[Expected], told: Sequence[Told]) -> list[str]:
    """What is expected, in the rows' order; what else was found; no answer last."""
    wanted = [label for head in heads for label in head.wanted]
    last = [label for label in (UNDETERMINED, NO_RESULT) if label not in wanted]
    found = sorted({one.found for one in told} - {HEALTHY, *last})
    return [*dict.fromkeys([*wanted, HEALTHY, *found, *last])]


def _row(head: Expected, told: Sequence[Told], confidence: float) -> dict[str, Any]:
    return {
        "expected": head.name,
        "kind": head.kind,
        "wanted": list(head.wanted),
        "counts": dict(Counter(one.found for one in told)),
        **_rate(told, confidence),
        **_rest(told),
    }


def _rate(told: Sequence[Told], confidence: float) -> dict[str, Any]:
    right = sum(one.right for one in told)
    return {"right": right, "of": len(told)} | _within(right, len(told), confidence)


def _within(count: int, of: int, confidence: float) -> dict[str, Any]:
    found = wilson(count, of, confidence)
    return {"interval": None if found is None else [found.low, found.high]}


def _rest(told: Sequence[Told]) -> dict[str, int]:
    """Those that are not right: left open, or wrong."""
    missed = [one for one in told if not one.right]
    left = sum(one.found == UNDETERMINED for one in missed)
    return {"undetermined": left, "wrong": len(missed) - left}


def _totals(told: Sequence[Told], confidence: float) -> dict[str, Any]:
    by_kind = {
        kind: _rate([one for one in told if one.expected.kind == kind], confidence)
        for kind in KINDS
    }
    return {
        "top_1": _rate(told, confidence),
        **by_kind,
        **_rest(told),
        "false_alarms": _false_alarms(told, confidence),
    }


def _false_alarms(told: Sequence[Told], confidence: float) -> dict[str, Any]:
    """Of the healthy runs that got a verdict: those called failed, those left open."""
    judged = [
        one
        for one in told
        if one.expected.kind == "healthy" and one.trial["failed"] is None
    ]
    count = sum(one.trial["verdict"] == "failed" for one in judged)
    return {
        "count": count,
        "of": len(judged),
        **_within(count, len(judged), confidence),
        "undetermined": sum(one.found == UNDETERMINED for one in judged),
    }


def _lead(told: Sequence[Told]) -> dict[str, Any]:
    """By cause: how many steps its alarm came before the samples were bad.

    Of the trials in which it is expected and was found, likeliest or not, and whose
    diagnosis dates both: the first onset of the symptoms it explains, less its own.
    `low` and `high` are the least and the greatest.
    """
    leads: dict[str, list[int]] = {}
    for one in told:
        for cause in one.trial["causes"] if one.expected.kind == "cause" else ():
            lead = _ahead(cause, one.trial["symptoms"])
            if cause["id"] in one.expected.ids and lead is not None:
                leads.setdefault(cause["id"], []).append(lead)
    return {
        cause: {
            "median": median(steps),
            "low": min(steps),
            "high": max(steps),
            "n": len(steps),
        }
        for cause, steps in leads.items()
    }


def _ahead(cause: Trial, symptoms: Sequence[Trial]) -> int | None:
    explained = cause.get("explains", [])
    onsets = [
        symptom["onset_step"]
        for symptom in symptoms
        if symptom["id"] in explained and symptom.get("onset_step") is not None
    ]
    if cause.get("onset_step") is None or not onsets:
        return None
    return int(min(onsets) - cause["onset_step"])


def _cases(told: Sequence[Told]) -> list[dict[str, Any]]:
    """Trials that differ by seed alone, together."""
    found: dict[str, dict[str, Any]] = {}
    for one in told:
        point = variant(one.trial)
        start = {"point": point, "expected": one.expected.name, "trials": []}
        # Expectations about a seed can make two rows of one setting.
        entry = found.setdefault(key([point, one.expected.name]), start)
        entry["trials"].append(
            {
                "id": one.trial["id"],
                "seed": one.trial["seed"],
                "found": one.found,
                "right": one.right,
            }
        )
    return list(found.values())
