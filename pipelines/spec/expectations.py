"""`expect`: what must come out of which trials."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from pipelines.spec.errors import ExpectationError, listing
from pipelines.spec.forms import ExpectForm
from pipelines.spec.matrix import same
from pipelines.spec.model import Expectation, Position, Trial
from pipelines.spec.nodes import Node, plain, show
from pipelines.spec.parameters import Parameters

MISSING = object()


def read_expectations(
    node: Node | None,
    forms: Sequence[ExpectForm],
    parameters: Parameters,
    trials: Sequence[Trial],
    narrowed: Set[str],
) -> tuple[Expectation, ...]:
    """The expectations; what is wrong with them is in the parameters' errors.

    Args:
        node: the spec's `expect`.
        forms: the same, validated.
        parameters: know which addresses exist.
        trials: all trials, or none where something is wrong with them.
        narrowed: addresses that an override fixes: an expectation about another value
            there is void, not wrong.
    """
    found = []
    for index, (entry, form) in enumerate(
        zip(node.items if node else (), forms, strict=True)
    ):
        address = f"expect.{index}"
        claims = form.model_dump(exclude_none=True, exclude={"when"})
        if not claims:
            parameters.errors.append(
                ExpectationError(
                    entry.position,
                    address,
                    "Nothing is expected",
                    "one of `cause`, `symptom`, `verdict` or `agreement`",
                )
            )
        when = entry.mapping.get("when", Node({}, entry.position))
        known = [
            parameters.exists(key, position, f"{address}.when")
            for key, position in when.keys.items()
        ]
        expectation = Expectation(plain(when), claims, entry.position)
        if not all(known) or not trials:
            continue
        if any(matches(trial, expectation.when) for trial in trials):
            found.append(expectation)
        elif not _void(expectation.when, narrowed):
            parameters.errors.append(_no_trial(when, address, trials))
    return tuple(found)


def _void(when: Mapping[str, Any], narrowed: Set[str]) -> bool:
    return any(
        key == fixed or key.startswith(f"{fixed}.") or fixed.startswith(f"{key}.")
        for key in when
        for fixed in narrowed
    )


def matches(trial: Trial, when: Mapping[str, Any]) -> bool:
    """Whether a trial has all the values of `when`, in its point or parameters."""
    return all(same(value_at(trial, key), value) for key, value in when.items())


def value_at(trial: Trial, address: str) -> Any:
    """What a trial has at an address; `MISSING` if it has nothing there."""
    if address in trial.point:
        return trial.point[address]
    if address == "seed":
        return trial.seed
    stage, *path = address.split(".")
    value: Any = trial.params[stage].model_dump(mode="json", by_alias=True)
    for part in path:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def _no_trial(when: Node, address: str, trials: Sequence[Trial]) -> ExpectationError:
    for key, node in when.mapping.items():
        values = [value_at(trial, key) for trial in trials]
        if not any(same(value, plain(node)) for value in values):
            words = dict.fromkeys(str(v) for v in values if v is not MISSING)
            return _mismatch(node.position, f"{address}.when.{key}", words, show(node))
    return _mismatch(when.position, f"{address}.when", {}, show(when))


def _mismatch(
    position: Position, address: str, words: Mapping[str, None], received: str
) -> ExpectationError:
    expected = listing(words) if words else "values that stand together in a trial"
    return ExpectationError(position, address, "Selects no trial", expected, received)
