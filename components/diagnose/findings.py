"""What a diagnosis is made of; `as_json` of each is its form in `diagnosis.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from components.diagnose.onset import Onset

Status = Literal["passed", "failed", "not_run"]
UNSEEN = 1e-6
"""By what share a reading is worse than another; less is rounding."""


def _number(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")


def _numbers(band: tuple[float, float] | None) -> list[float | None] | None:
    return None if band is None else [_number(end) for end in band]


def began(onset: Onset | None) -> dict[str, Any]:
    """An onset as a finding's JSON says it: a step, and an interval of steps."""
    return {
        "onset_step": None if onset is None else onset.step,
        "onset_interval": None if onset is None else [onset.low, onset.high],
    }


@dataclass(frozen=True)
class Check:
    """One statistic held against its null, in the unit that the reader sees.

    `band` is what nine healthy runs of ten read, None where none were measured;
    `p_value` is how often a healthy run reads this or worse; `badness` the way from
    the null (0) to the worst that is possible (1). `source` says where null and
    threshold come from, `why` what is to be known of one that passed, `part` of which
    part of the series it is a level, None where it is none, and `until` the step that
    part ends with, None: the last. `extreme` is the worst that a healthy run read.
    """

    id: str
    status: Status
    value: float | None = None
    null: float | None = None
    threshold: float | None = None
    side: str = "low"
    p_value: float | None = None
    badness: float = 0.0
    source: str = ""
    why: str = ""
    metric: str | None = None
    series: str | None = None
    part: str | None = None
    until: float | None = None
    band: tuple[float, float] | None = None
    extreme: float | None = None

    @property
    def alarmed(self) -> bool:
        return self.status == "failed"

    @property
    def unseen(self) -> bool:
        """Whether it passed with a reading that is worse than any healthy run's."""
        if self.status != "passed" or self.extreme is None or self.value is None:
            return False
        apart = (self.value - self.extreme) * (-1 if self.side == "low" else 1)
        return apart > UNSEEN * abs(self.extreme)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "value": _number(self.value),
            "null": _number(self.null),
            "threshold": _number(self.threshold),
            "band": _numbers(self.band),
            "extreme": _number(self.extreme),
            "side": self.side,
            "p_value": _number(self.p_value),
            "series": self.series,
            "part": self.part,
            "until": _number(self.until),
            "source": self.source,
            "why": self.why,
        }


@dataclass(frozen=True)
class Line:
    """One line of evidence: what was read, and where to look at it."""

    text: str
    value: float | None = None
    null: float | None = None
    threshold: float | None = None
    metric: str | None = None
    series: str | None = None
    band: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "text": self.text,
            "value": _number(self.value),
            "null": _number(self.null),
            "threshold": _number(self.threshold),
            "band": _numbers(self.band),
        }
        places = {"metric": self.metric, "series": self.series}
        return shown | {name: place for name, place in places.items() if place}


@dataclass(frozen=True)
class Prescription:
    """A change of the training parameters that should remove a cause.

    `changes` maps paths inside the parameters to whole values.
    """

    changes: Mapping[str, Any]
    why: str

    def as_json(self) -> dict[str, Any]:
        return {"set": dict(self.changes), "why": self.why}


@dataclass(frozen=True)
class SymptomFinding:
    """What is wrong with the samples: a claim that passed its test.

    `severity` is in [0, 1]; `onset` is when the alarm that lasts to the end began, None
    where no series shows it. `experiment` is what would tell causes of it apart where
    none is measured at work, in a sentence; empty: nothing of its own.
    """

    claim: str
    evidence: tuple[Line, ...]
    severity: float
    onset: Onset | None = None
    id: str = ""
    experiment: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": _number(self.severity),
            **began(self.onset),
            "claim": self.claim,
            "evidence": [line.as_json() for line in self.evidence],
        }


@dataclass(frozen=True)
class CauseFinding:
    """A mechanism that was measured at work.

    `certain` says that no run can be sound with it, by definition and not by count.
    `experiment` completes "to decide, …" where nothing is prescribed.
    """

    claim: str
    evidence: tuple[Line, ...]
    prescriptions: tuple[Prescription, ...]
    experiment: str
    certain: bool = False
    id: str = ""
    onset: Onset | None = None
    confidence: float = 0.0
    explains: tuple[str, ...] = ()
    rivals: tuple[str, ...] = field(default=())

    @property
    def trial(self) -> str:
        """What to do to see whether it is the cause: the first change, if any."""
        if not self.prescriptions:
            return self.experiment
        changes = self.prescriptions[0].changes.items()
        told = [f"`{path}` {json.dumps(value)}" for path, value in changes]
        return f"train with {' and '.join(told)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "confidence": _number(self.confidence),
            **began(self.onset),
            "explains": list(self.explains),
            "claim": self.claim,
            "evidence": [line.as_json() for line in self.evidence],
            "prescriptions": [one.as_json() for one in self.prescriptions],
            "rivals": list(self.rivals),
        }
