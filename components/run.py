"""A run's description, for components that ask for `run`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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


@dataclass(frozen=True)
class ExpectationInfo:
    """One entry of `expect`: `when` selects trials, `claims` is the rest of it."""

    when: Mapping[str, Any]
    claims: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class RunInfo:
    """A run's description, for components that ask for `run`.

    Attributes:
        id: equal for equal specs (name and a digest of the resolved spec).
        name, path: of the spec.
        trials: all trials, in order.
        expectations: the spec's `expect`.
        wiring: stage -> input -> (stage, output) that feeds it.
        stage: the name of the stage that asks.
        positions: address -> `file:line` of every value that the spec states.
    """

    id: str
    name: str
    path: str
    trials: Sequence[TrialInfo]
    expectations: Sequence[ExpectationInfo]
    wiring: Mapping[str, Mapping[str, tuple[str, str]]]
    stage: str
    positions: Mapping[str, str]

    def surviving(self) -> list[TrialInfo]:
        """The trials that gathered inputs hold an entry for, in order."""
        return [trial for trial in self.trials if trial.failed is None]

    def where(self, address: str) -> str:
        """`file:line` of an address, or of its nearest parent that is stated."""
        while address and address not in self.positions:
            address = address.rpartition(".")[0]
        return self.positions.get(address, self.path)
