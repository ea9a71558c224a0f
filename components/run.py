"""A run's description, for components that ask for `run`.

A component that gathers all trials learns from it which trial each element of its lists
belongs to (`surviving`), and what is expected of that trial (`expected`). The
description is part of the node's key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.matching import lookup, same

CASE = "case"
"""The axis of points that names a trial's case, in a spec that collects others."""


@dataclass(frozen=True)
class TrialInfo:
    """One trial as the report needs it.

    `parameters` holds every stage's resolved parameters (plain JSON values).
    `failed` is None, or says which stage failed and why; a failed trial has no entry
    in gathered inputs: those follow the order of the trials that have not failed.
    """

    id: str
    point: Mapping[str, Any]
    seed: int
    parameters: Mapping[str, Mapping[str, Any]]
    failed: str | None = None

    @property
    def case(self) -> str | None:
        """The name of the case that it belongs to; None where there are no cases."""
        name = self.point.get(CASE)
        return None if name is None else str(name)


@dataclass(frozen=True)
class ExpectationInfo:
    """One entry of `expect`: `when` selects trials, `claims` is the rest of it."""

    when: Mapping[str, Any]
    claims: Mapping[str, Any]
    where: str

    def selects(self, trial: TrialInfo) -> bool:
        """Whether it is about a trial: all of `when` is so in its point or parameters.

        A part that `when` states by its kind alone is one with any parameters.
        """
        return all(_holds(trial, name, value) for name, value in self.when.items())


def _holds(trial: TrialInfo, address: str, expected: Any) -> bool:
    if address in trial.point:
        return same(expected, trial.point[address])
    if address == "seed":
        return same(expected, trial.seed)
    try:
        return same(expected, lookup(trial.parameters, address))
    except KeyError:
        return False


@dataclass(frozen=True)
class CaseInfo:
    """A spec among those that another collects.

    Attributes:
        path: of its file.
        positions: address -> `file:line` of every value that counts in its trials.
    """

    path: str
    positions: Mapping[str, str]


@dataclass(frozen=True)
class RunInfo:
    """A run's description, for components that ask for `run`.

    Attributes:
        id: equal for equal specs (name and a digest of the resolved spec).
        name, path: of the spec.
        trials: all trials, in order.
        expectations: the spec's `expect`; each case's with its `case` in `when`.
        wiring: stage -> input -> (stage, output) that feeds it.
        stage: the name of the stage that asks.
        positions: address -> `file:line` of every value that the spec states; of a
            spec that collects others, what belongs to no case.
        cases: name -> case, for a spec that collects others.
        overrides: what stood behind `--set`, in order, each `address=value`.
    """

    id: str
    name: str
    path: str
    trials: Sequence[TrialInfo]
    expectations: Sequence[ExpectationInfo]
    wiring: Mapping[str, Mapping[str, tuple[str, str]]]
    stage: str
    positions: Mapping[str, str]
    cases: Mapping[str, CaseInfo] = field(default_factory=dict)
    overrides: Sequence[str] = ()

    def surviving(self) -> list[TrialInfo]:
        """The trials that gathered inputs hold an entry for, in order."""
        return [trial for trial in self.trials if trial.failed is None]

    def expected(self, trial: TrialInfo) -> list[ExpectationInfo]:
        """What is expected of a trial."""
        return [entry for entry in self.expectations if entry.selects(trial)]

    def where(self, address: str, trial: TrialInfo | None = None) -> str:
        """`file:line` of an address, or of its nearest parent that is stated.

        Args:
            address: of a parameter.
            trial: whose parameter it is; in a trial of a case the case's file counts.
        """
        case = self.cases.get(trial.case or "") if trial is not None else None
        path, positions = self.path, self.positions
        if case is not None:
            path, positions = case.path, case.positions
        while address and address not in positions:
            address = address.rpartition(".")[0]
        return positions.get(address, path)
