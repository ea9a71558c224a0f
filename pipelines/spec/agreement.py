"""Whether cases fit together: the same stages, components and wires in each.

Where they do not, the fewer are named: most cases are taken to be as they are meant.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

from pipelines.spec.draft import Draft
from pipelines.spec.errors import CasesError, SpecError
from pipelines.spec.model import Position

WHY = "the same stages, components and wires in every case"

V = TypeVar("V", bound=Hashable)
Named = tuple[str, Draft]
"""A case's name and draft."""


def compare(drafts: Mapping[str, Draft], errors: list[SpecError]) -> None:
    """Compare all cases with most of them.

    Args:
        drafts: case -> its draft.
        errors: takes what differs; each names a stage, and where it stands in a case
            and in another.
    """
    stages = (name for draft in drafts.values() for name in draft.stages.mapping)
    for stage in dict.fromkeys(stages):
        errors += _differing(stage, drafts)


def _differing(stage: str, drafts: Mapping[str, Draft]) -> Iterator[CasesError]:
    """What differs in one stage."""
    pick = drafts.__getitem__
    for name, other in _odd(drafts, lambda draft: stage in draft.stages.mapping):
        yield _missing(stage, (name, pick(name)), (other, pick(other)))
    having = {n: d for n, d in drafts.items() if stage in d.components}
    odd = _odd(having, lambda draft: _component(draft, stage))
    for name, other in odd:
        yield _other_component(stage, (name, pick(name)), (other, pick(other)))
    apart = {name for name, _ in odd}
    alike = {n: d for n, d in having.items() if n not in apart and not d.errors}
    for name, other in _odd(alike, lambda draft: _wires(draft, stage)):
        yield _other_wires(stage, (name, pick(name)), (other, pick(other)))


def _odd(
    drafts: Mapping[str, Draft], read: Callable[[Draft], V]
) -> list[tuple[str, str]]:
    """Cases that differ from most, each with one that does not."""
    groups: dict[V, list[str]] = {}
    for name, draft in drafts.items():
        groups.setdefault(read(draft), []).append(name)
    if len(groups) < 2:
        return []
    most = max(groups.values(), key=len)
    return [(name, most[0]) for g in groups.values() if g is not most for name in g]


def _component(draft: Draft, stage: str) -> tuple[str, str]:
    component = draft.components[stage]
    return component.name, str(component.source)


def _wires(draft: Draft, stage: str) -> tuple[tuple[str, str], ...]:
    wires = draft.wiring.inputs.get(stage, {})
    return tuple(sorted((name, str(reference)) for name, reference in wires.items()))


def _missing(stage: str, one: Named, other: Named) -> CasesError:
    (name, draft), (known, most) = one, other
    if stage in draft.stages.mapping:
        place = draft.stages.keys[stage]
        problem = f"`{name}` has a stage `{stage}`, and `{known}` has none"
        return CasesError(place, f"stages.{stage}", problem, WHY)
    problem = f"`{name}` has no stage `{stage}`"
    received = f"one in `{known}` ({most.stages.keys[stage]})"
    top = Position(draft.file, 1, 1)
    return CasesError(top, f"stages.{stage}", problem, WHY, received)


def _other_component(stage: str, one: Named, other: Named) -> CasesError:
    stated, others = (
        draft.stages.mapping[stage].mapping["component"] for _, draft in (one, other)
    )
    return CasesError(
        stated.position,
        f"stages.{stage}.component",
        f"`{one[0]}` has another component for `{stage}` than `{other[0]}`",
        WHY,
        f"`{stated.value}` beside `{others.value}` ({others.position})",
    )


def _other_wires(stage: str, one: Named, other: Named) -> CasesError:
    (name, draft), (known, most) = one, other
    ours, theirs = dict(_wires(draft, stage)), dict(_wires(most, stage))
    given = next(n for n in {**ours, **theirs} if ours.get(n) != theirs.get(n))
    return CasesError(
        _place(draft, stage, given),
        f"stages.{stage}.inputs.{given}",
        f"`{name}` has another wire into `{stage}` than `{known}`",
        WHY,
        f"`{ours.get(given, 'none')}` beside `{theirs.get(given, 'none')}` "
        f"({_place(most, stage, given)})",
    )


def _place(draft: Draft, stage: str, given: str) -> Position:
    """Where an input is stated; where its stage is, if it is inferred."""
    inputs = draft.stages.mapping[stage].mapping.get("inputs")
    stated = inputs.mapping.get(given) if inputs is not None else None
    return stated.position if stated is not None else draft.stages.keys[stage]
