"""What components can say of a spec's trials before anything runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.component import Component
from components.foresight import Foresight, Unfit
from pipelines.spec.errors import SpecError, UnfitError
from pipelines.spec.model import Position, Trial
from pipelines.spec.wiring import Wiring


def foresee(
    components: Mapping[str, Component],
    wiring: Wiring,
    trials: Sequence[Trial],
    positions: Mapping[str, Position],
    errors: list[SpecError],
) -> None:
    """Let every stage of every trial refuse what it cannot work with.

    Args:
        components: stage -> component.
        wiring: which output feeds which input.
        trials: with the parameters of every stage.
        positions: address -> where the value that counts is stated.
        errors: takes what is wrong.
    """
    known: dict[tuple[Any, ...], Foresight] = {}
    for trial in trials:
        seen: dict[str, Foresight] = {}
        for stage in wiring.order:
            inputs = {
                name: seen.get(reference.stage, Foresight())
                for name, reference in wiring.inputs[stage].items()
            }
            params = trial.params.get(stage)
            # Trials share the parameters that they have in common.
            key = (stage, id(params), *sorted(inputs.items()))
            if key not in known:
                known[key] = _one(
                    stage, components[stage], params, inputs, positions, errors
                )
            seen[stage] = known[key]


def _one(
    stage: str,
    component: Component,
    params: Any,
    inputs: Mapping[str, Foresight],
    positions: Mapping[str, Position],
    errors: list[SpecError],
) -> Foresight:
    if component.foresee is None or params is None:
        return Foresight()
    try:
        return component.foresee(params, inputs)
    except Unfit as unfit:
        address = f"{stage}.{unfit.path}"
        problem = str(unfit).rstrip(".")
        errors.append(UnfitError(_nearest(address, positions), address, problem))
        return Foresight()


def _nearest(address: str, positions: Mapping[str, Position]) -> Position:
    """Where an address is stated, or what it lies in."""
    parts = address.split(".")
    for end in range(len(parts), 0, -1):
        found = positions.get(".".join(parts[:end]))
        if found is not None:
            return found
    return Position("", 1, 1)
