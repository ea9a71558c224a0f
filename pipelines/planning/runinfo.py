"""The run's description, for components that ask for `run`, made from the spec."""

import hashlib
from collections.abc import Mapping
from typing import Any

from components.directory import canonical_json
from components.parts import Params
from components.run import CaseInfo, ExpectationInfo, RunInfo, TrialInfo
from pipelines.spec.model import Position, Spec, Stage, Trial

Failures = Mapping[int, str]
"""Index of a failed trial -> which stage failed, and why."""


def plain_params(params: Params) -> dict[str, Any]:
    """Parameters as plain JSON values, defaults filled in."""
    return params.model_dump(mode="json")


def run_info(spec: Spec, stage: Stage, failures: Failures | None = None) -> RunInfo:
    """Describe a run to the component of one of its stages.

    Args:
        spec: the whole spec.
        stage: the stage that asks.
        failures: the trials that have failed so far.
    """
    failures = failures or {}
    return RunInfo(
        id=run_identity(spec),
        name=spec.name,
        path=spec.path,
        trials=[
            TrialInfo(
                id=trial.id,
                point=dict(trial.point),
                seed=trial.seed,
                parameters=_parameters(trial),
                failed=failures.get(trial.index),
            )
            for trial in spec.trials
        ],
        expectations=[
            ExpectationInfo(
                when=dict(entry.when),
                claims=dict(entry.claims),
                where=f"{entry.position.file}:{entry.position.line}",
            )
            for entry in spec.expectations
        ],
        wiring=_wiring(spec),
        stage=stage.name,
        positions=_places(spec.positions),
        cases={
            name: CaseInfo(case.path, _places(case.positions))
            for name, case in spec.cases.items()
        },
        overrides=list(spec.overrides),
    )


def _places(positions: Mapping[str, Position]) -> dict[str, str]:
    return {name: f"{at.file}:{at.line}" for name, at in positions.items()}


def run_identity(spec: Spec) -> str:
    """`<name>-<digest>`: equal for equal resolved specs, wherever they stand."""
    resolved = [
        spec.seed,
        {name: stage.reference for name, stage in spec.stages.items()},
        _wiring(spec),
        [
            [trial.id, dict(trial.point), trial.seed, _parameters(trial)]
            for trial in spec.trials
        ],
        [[dict(entry.when), dict(entry.claims)] for entry in spec.expectations],
    ]
    return f"{spec.name}-{hashlib.sha256(canonical_json(resolved)).hexdigest()[:12]}"


def _parameters(trial: Trial) -> dict[str, dict[str, Any]]:
    return {name: plain_params(params) for name, params in trial.params.items()}


def _wiring(spec: Spec) -> dict[str, dict[str, tuple[str, str]]]:
    return {
        name: {
            given: (reference.stage, reference.output)
            for given, reference in stage.inputs.items()
        }
        for name, stage in spec.stages.items()
    }
