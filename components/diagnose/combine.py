"""From single findings to one verdict.

- A cause needs a symptom to explain; without one it is a risk.
- Nothing in the game is the cause of what a generator makes that never moved.
- How sure it is, beside its rivals, `weighing` says.
- If the first is not ahead of the second by `SEPARATED`, the evidence does not decide.
- Nor does it where samples copy training records and no cause found explains that: too
  few records upset a discriminator, too, and what alarms may be their doing.
- Nor does it where all readings together look more like another cause, though that
  one's own tests are silent: either could be the one that is wrong, and by their votes
  they share the confidence.
- But where the votes for it are clear (`forest`), the tests of that cause are asked
  again, for what leans its way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from components.diagnose.calibration import EVERY
from components.diagnose.causes import CAUSES, Cause
from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding, Check, Line, SymptomFinding
from components.diagnose.forest import Votes
from components.diagnose.statistics import STATISTICS, dates
from components.diagnose.symptoms import SYMPTOMS
from components.diagnose.weighing import doubted, ranked

SEPARATED = math.sqrt(10)
"""Odds below which evidence is "not worth more than a bare mention": Jeffreys 1961,
appendix B."""
ANY_CHANGE = (
    "Train again with another seed, and with one parameter changed at a time, from the "
    "largest model and the smallest learning rate on."
)
UNTRAINED = (
    "The generator never moved, so that nothing in the game made its samples what they "
    "are. Train it, at a rate above 0, or look at what it was before."
)
COPYING = "memorization"
"""The symptom whose usual cause, too few records, no probe measures."""
ESSENTIAL = ("precision", "recall", "coverage")
"""Without these nobody may call a run healthy."""


@dataclass(frozen=True)
class Conclusion:
    """All that a diagnosis says of one trial.

    `limits` are checks of the series by which symptoms are dated: no verdict is made of
    them, but they say where a curve leaves what healthy runs read. `bands` is what
    healthy runs read of each series: 5 % quantile, median and 95 % quantile. `remarks`
    say of what is called healthy what no healthy run of the calibration read.
    """

    verdict: str
    symptoms: tuple[SymptomFinding, ...]
    causes: tuple[CauseFinding, ...]
    risks: tuple[CauseFinding, ...]
    checks: tuple[Check, ...]
    experiment: str | None
    limits: tuple[Check, ...] = ()
    remarks: tuple[str, ...] = ()
    bands: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)


def tests() -> tuple[str, ...]:
    """Statistics whose alarm alone makes a symptom: the family of tests."""
    return tuple(sorted({name for one in SYMPTOMS.values() for name in one.checks}))


def mechanisms() -> frozenset[str]:
    """Statistics that causes are measured by."""
    return frozenset(name for one in CAUSES.values() for name in one.checks)


def conclude(evidence: Evidence) -> Conclusion:
    """Examine every symptom and every cause, and weigh them against one another."""
    symptoms = _symptoms(evidence)
    evidence = replace(evidence, failed=bool(symptoms))
    forest = evidence.calibration.forest
    votes = None if forest is None else forest.ask(evidence.departures)
    measured = [
        replace(found, id=one.id, explains=explains)
        for one in (() if evidence.readings.untrained else CAUSES.values())
        for explains in [_explained(one.explains, symptoms)]
        if (found := _examined(one, evidence, votes if explains else None)) is not None
    ]
    causes = ranked([one for one in measured if one.explains], evidence, votes)
    risks = ranked([one for one in measured if not one.explains], evidence, votes)
    names = [*tests(), *sorted(mechanisms() - set(tests()))]
    checks = tuple(evidence.check(name) for name in names)
    favoured = _favoured(causes, symptoms, votes)
    copied = _copied(evidence, symptoms, causes)
    verdict, experiment = _verdict(symptoms, causes, checks, favoured, copied)
    if symptoms and evidence.readings.untrained:
        experiment = UNTRAINED
    if copied:
        # Another change would be tried in place of the records that are lacking.
        causes = tuple(replace(one, prescriptions=()) for one in causes)
    if favoured and votes:
        causes = (doubted(causes[0], favoured, votes), *causes[1:])
    dated = (evidence.check(name) for name in sorted(filter(dates, STATISTICS)))
    limits = tuple(check for check in dated if check.threshold is not None)
    known = evidence.calibration.bands.get(EVERY, {})
    bands = {
        name: known[name]
        for name in sorted(known)
        if evidence.readings.series(name) is not None
    }
    remarks = _remarks(checks) if verdict == "healthy" else ()
    return Conclusion(
        verdict,
        tuple(symptoms),
        causes,
        risks,
        checks,
        experiment,
        limits,
        remarks,
        bands,
    )


def _remarks(checks: Sequence[Check]) -> tuple[str, ...]:
    """What is worse than any healthy run read, but not past the limit that cases so
    different from one another give."""
    return tuple(
        f"{check.id} reads {check.value:.3g}, worse than any healthy run of the "
        f"calibration ({check.extreme:.3g}), but not past the limit "
        f"({check.threshold:.3g})."
        for check in checks
        if check.id in tests() and check.unseen
    )


def _examined(
    one: Cause, evidence: Evidence, votes: Votes | None
) -> CauseFinding | None:
    """What a cause's tests find: what alarms, or where nothing does and the votes for
    it are clear, what leans its way."""
    found = one.examine(evidence)
    if found is not None or votes is None or not votes.favour(one.id):
        return found
    found = one.examine(replace(evidence, heard=True))
    told = Line(
        "no test of it alarms by itself. What leans its way counts, for "
        f"{100 * votes.share(one.id):.0f} of 100 votes go to it, and no run of the "
        f"calibration gets more than {100 * votes.clear:.0f} for what is not its cause"
    )
    return found and replace(found, evidence=(*found.evidence, told))


def _symptoms(evidence: Evidence) -> list[SymptomFinding]:
    """Every symptom that is there, worst first."""
    found = [
        replace(finding, id=one.id)
        for one in SYMPTOMS.values()
        if (finding := one.examine(evidence)) is not None
    ]
    return sorted(found, key=lambda finding: (-finding.severity, finding.id))


def _explained(
    can: tuple[str, ...], symptoms: Sequence[SymptomFinding]
) -> tuple[str, ...]:
    return tuple(one.id for one in symptoms if one.id in can)


def _verdict(
    symptoms: Sequence[SymptomFinding],
    causes: Sequence[CauseFinding],
    checks: Sequence[Check],
    favoured: str | None,
    copied: SymptomFinding | None,
) -> tuple[str, str | None]:
    """The verdict, and what would decide where it is undetermined."""
    if not symptoms:
        missing = [c for c in checks if c.id in ESSENTIAL and c.status == "not_run"]
        if not missing:
            return "healthy", None
        return "undetermined", _to_measure(missing)
    if not causes:
        own = next((one.experiment for one in symptoms if one.experiment), ANY_CHANGE)
        return "undetermined", f"Nothing that explains it was measured at work. {own}"
    first, rest = causes[0], [one for one in causes[1:] if one.id in causes[0].rivals]
    if copied:
        return "undetermined", (
            "No cause that was measured makes samples follow training records, "
            f"and too few records may be behind the rest. {copied.experiment} For what "
            f"is wrong with the samples then, {first.trial}."
        )
    if rest and first.confidence < SEPARATED * rest[0].confidence:
        return "undetermined", (
            f"Either {first.id} or {rest[0].id}. To decide, {first.trial}, and "
            f"in a second trial {rest[0].trial}: the cause is the one whose "
            "removal takes the symptoms away."
        )
    if favoured:
        return "undetermined", (
            f"Either {first.id} or {favoured}: tests of the first alarm, and all "
            "readings together look more like the second. To decide, "
            f"{first.trial}: if the symptoms stay, it is not {first.id}."
        )
    return "failed", None


def _copied(
    evidence: Evidence,
    symptoms: Sequence[SymptomFinding],
    causes: Sequence[CauseFinding],
) -> SymptomFinding | None:
    """The symptom of copies, if no cause found explains it or is certain by itself.

    By coverage, which takes many copies: a few upset no discriminator.
    """
    covered = evidence.check(COPYING).alarmed
    if not covered or any(one.certain or COPYING in one.explains for one in causes):
        return None
    return next((one for one in symptoms if one.id == COPYING), None)


def _favoured(
    causes: Sequence[CauseFinding],
    symptoms: Sequence[SymptomFinding],
    votes: Votes | None,
) -> str | None:
    """The cause that most trees vote for, if it is not the first but could be."""
    first = next(iter(causes), None)
    if first is None or votes is None or first.certain:
        return None
    if first.id not in votes.causes:
        return None
    able = [
        name
        for name in votes.causes
        if name in CAUSES and _explained(CAUSES[name].explains, symptoms)
    ]
    most = max([first.id, *able], key=votes.share)
    return most if votes.share(most) > votes.share(first.id) else None


def _to_measure(missing: Sequence[Check]) -> str:
    """What would have to be measured to call a run healthy, and why it is not."""
    names = ", ".join(check.id for check in missing)
    reasons = dict.fromkeys(check.source for check in missing)
    return f"measure {names} with their nulls ({'; '.join(reasons)})"
