"""What a spec is once it has been read: resolved, typed, every trial validated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.component import Component
from components.parts import Params
from components.run import CASE
from pipelines.runners import Runner


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Reference:
    """An output of a stage: `split.curriculum`."""

    stage: str
    output: str

    def __str__(self) -> str:
        return f"{self.stage}.{self.output}"


@dataclass(frozen=True)
class Stage:
    """A component used under a name; every input wired.

    `base` is the folder that a user's own module is looked for in.
    """

    name: str
    component: Component
    reference: str
    base: str
    inputs: Mapping[str, Reference]


@dataclass(frozen=True)
class Trial:
    """One point of the matrix, its parameters validated, stage by stage."""

    index: int
    id: str
    point: Mapping[str, Any]
    seed: int
    params: Mapping[str, Params]


@dataclass(frozen=True)
class Expectation:
    """`expect`: trials whose point or parameters match `when` must satisfy `claims`.

    Claims: `verdict`, `cause`, `symptom` (ids), `agreement` (names of figures).
    """

    when: Mapping[str, Any]
    claims: Mapping[str, Any]
    position: Position


@dataclass(frozen=True)
class Case:
    """A spec among the `cases` of another: its file, and where its values stand."""

    path: str
    positions: Mapping[str, Position]


@dataclass(frozen=True)
class Spec:
    """A whole, valid spec; stages in topological order.

    `cases` is empty unless the spec collects others; then the `case` of a trial's
    point names the one that it belongs to.
    """

    name: str
    path: str
    seed: int
    store: str
    runner: Runner
    stages: Mapping[str, Stage]
    trials: tuple[Trial, ...]
    expectations: tuple[Expectation, ...]
    positions: Mapping[str, Position] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    cases: Mapping[str, Case] = field(default_factory=dict)

    def places(self, trial: Trial) -> Mapping[str, Position]:
        """Address -> where the value that counts in a trial is stated."""
        case = self.cases.get(str(trial.point.get(CASE)))
        return self.positions if case is None else case.positions
