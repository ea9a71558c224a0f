"""How sure each cause is, beside its rivals.

- A cause's confidence starts from the share of failed runs with its mechanism at work
  that would not have failed without it, from counts in the calibration
  (`Exposed.attributable`); its odds are multiplied by how much likelier the readings of
  all mechanisms are with it than with any failure (`forest`), unless it is certain.
- Rivals that explain the same symptom divide what is certain by their odds, and one
  share of the odds stays with causes that nobody measures.
- It is no surer than the forest is right about cases that it has not seen.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from components.diagnose.evidence import Evidence
from components.diagnose.findings import CauseFinding, Line
from components.diagnose.forest import Departures, Votes

NEVER = 1e-6
"""Stands for an impossible rest, so that odds stay finite."""
UNKNOWN = 0.5
"""Confidence alone of a mechanism that no calibration run had: even odds."""
AUDIBLE = 0.02
"""Share of the votes that a statistic must be owed to be told by itself."""


def ranked(
    found: Sequence[CauseFinding], evidence: Evidence, votes: Votes | None
) -> tuple[CauseFinding, ...]:
    """Findings with their confidence and rivals, the likeliest first."""
    alone = {one.id: _alone(one, evidence) for one in found}
    read = evidence.departures
    odds = {name: share / max(1 - share, NEVER) for name, share in alone.items()}
    if votes is not None:
        sure = {one.id for one in found if one.certain}
        odds |= {k: odds[k] * math.exp(votes.log_ratio(k)) for k in odds.keys() - sure}
    weighed = []
    for one in found:
        rivals = [r.id for r in found if r is not one and _compete(r, one)]
        against = 1 + math.fsum(odds[name] for name in rivals)
        told = [_explain(one, evidence, alone[one.id])]
        if not one.certain:
            told += _voted(votes, one.id, read)
        weighed.append(
            replace(
                one,
                confidence=_surest(one, votes)
                * odds[one.id]
                / (odds[one.id] + against),
                evidence=(*one.evidence, *told),
                rivals=tuple(sorted(rivals, key=lambda name: (-odds[name], name))),
            )
        )
    return tuple(sorted(weighed, key=lambda one: (-one.confidence, one.id)))


def _surest(one: CauseFinding, votes: Votes | None) -> float:
    """The most that a cause's confidence can be, in (0, 1]."""
    if one.certain or votes is None or one.id not in votes.causes:
        return 1.0
    return votes.right


def _voted(votes: Votes | None, cause: str, departures: Departures) -> list[Line]:
    """What the readings of mechanisms say for a cause, what they say most first."""
    if votes is None or cause not in votes.causes:
        return []
    told = sorted(votes.owed(cause).items(), key=lambda each: (-abs(each[1]), each[0]))
    lines = [
        Line(
            f"{name}, {math.sinh(departures.get(name, 0.0)):.3g} standard errors from "
            f"healthy: {100 * share:+.0f} of 100 votes for it"
        )
        for name, share in told
        if abs(share) >= AUDIBLE
    ]
    quiet = [share for _, share in told if 0 < abs(share) < AUDIBLE]
    if quiet:
        lines.append(
            Line(
                f"{len(quiet)} others, less than {100 * AUDIBLE:.0f} votes each: "
                f"{100 * math.fsum(quiet):+.0f} together"
            )
        )
    share, chance = 100 * votes.share(cause), 100 * votes.chance(cause)
    ratio = math.exp(votes.log_ratio(cause))
    return [
        Line(
            f"all mechanisms together: {share:.0f} of 100 votes of the calibration's "
            f"trees, {chance:.0f} by chance: odds times {ratio:.3g}. Of cases that "
            f"they had not seen they called {votes.right:.0%} right: no cause is surer"
        ),
        *lines,
    ]


def _compete(one: CauseFinding, other: CauseFinding) -> bool:
    return bool(set(one.explains) & set(other.explains))


def _background(evidence: Evidence) -> float:
    """How often a run fails with no mechanism at work: the rate that the thresholds
    are made for, or what as many sound runs can vouch for, whichever is more."""
    return max(evidence.family_rate, 1 / (evidence.calibration.runs + 2))


def _alone(one: CauseFinding, evidence: Evidence) -> float:
    """The confidence in a cause if no other were measured at work, in [0, 1)."""
    if one.certain:
        return 1 - NEVER
    exposed = evidence.calibration.exposed.get(one.id)
    return exposed.attributable(_background(evidence)) if exposed else UNKNOWN


def _explain(one: CauseFinding, evidence: Evidence, alone: float) -> Line:
    if one.certain:
        return Line("no run can be sound with it, so nothing else is needed")
    exposed = evidence.calibration.exposed.get(one.id)
    if exposed is None:
        return Line(
            "no run with it at work was calibrated: on its own it has even odds "
            "against what nobody measures"
        )
    return Line(
        f"of {exposed.runs} calibration runs with it at work {exposed.failed} failed; "
        f"without it {_background(evidence):.1%} do: on its own it would explain a "
        f"failure with probability {alone:.2f}"
    )


def doubted(first: CauseFinding, favoured: str, votes: Votes) -> CauseFinding:
    """A finding whose confidence another cause shares, by their votes."""
    own, other = votes.share(first.id), votes.share(favoured)
    told = Line(
        f"{100 * other:.0f} of 100 votes go to {favoured}, more than the "
        f"{100 * own:.0f} for it: they share the confidence"
    )
    return replace(
        first,
        confidence=first.confidence * own / (own + other),
        evidence=(*first.evidence, told),
        rivals=tuple(dict.fromkeys((favoured, *first.rivals))),
    )
