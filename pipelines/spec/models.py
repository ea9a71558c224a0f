"""What a parameter model says about an address: its fields, kinds, marks and defaults.

A model's annotations are walked beside a value. `Slot` is one place in that walk.
"""

import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.parts import Part, Without
from pipelines.spec.nodes import Node

NO_DEFAULT = PydanticUndefined


@dataclass(frozen=True)
class Slot:
    """A place in a model: its annotation, marks and default."""

    annotation: Any
    marks: tuple[Any, ...] = ()
    default: Any = NO_DEFAULT

    def options(self) -> "Iterator[Slot]":
        """The slot without `Annotated`, and one for each member of a union."""
        origin = typing.get_origin(self.annotation)
        if origin is typing.Annotated:
            inner, *marks = typing.get_args(self.annotation)
            yield from Slot(inner, (*self.marks, *marks), self.default).options()
        elif origin in (typing.Union, types.UnionType):
            for member in typing.get_args(self.annotation):
                yield from Slot(member, self.marks, self.default).options()
        else:
            yield self

    def without(self) -> dict[str, str]:
        """The kinds that the slot does not take though its family has them: why."""
        marks = (mark for slot in self.options() for mark in slot.marks)
        return {mark.kind: mark.why for mark in marks if isinstance(mark, Without)}

    def marked(self, mark: type) -> bool:
        """Whether a mark such as `FileMark` stands on the slot or an option of it."""
        return any(isinstance(m, mark) for slot in self.options() for m in slot.marks)

    def names(self, value: object) -> bool:
        """Whether a value is one of the words that the slot takes by name."""
        return any(
            typing.get_origin(slot.annotation) is typing.Literal
            and value in typing.get_args(slot.annotation)
            for slot in self.options()
        )


def is_family(annotation: Any) -> bool:
    """Whether an annotation is a family of parts."""
    return (
        isinstance(annotation, type)
        and issubclass(annotation, Part)
        and bool(annotation.__dict__.get("kinds"))
    )


def kinds_of(slot: Slot) -> list[str]:
    """The kinds that a part in the slot may have; none if it takes no part."""
    return sorted(
        kind
        for option in slot.options()
        if is_family(option.annotation)
        for kind in option.annotation.kinds
        if kind not in slot.without()
    )


def models_of(slot: Slot, node: Node | None) -> list[type[BaseModel]]:
    """The models that a value in the slot may have; a part's, if its kind is known."""
    found: list[type[BaseModel]] = []
    for option in slot.options():
        if is_family(option.annotation):
            kinds: Mapping[str, type[Part]] = option.annotation.kinds
            stated = node.kind if node is not None else None
            known = stated is not None and stated in kinds
            found += [kinds[str(stated)]] if known else list(kinds.values())
        elif isinstance(option.annotation, type) and issubclass(
            option.annotation, BaseModel
        ):
            found.append(option.annotation)
    return found


def fields_of(slot: Slot, node: Node | None) -> dict[str, Slot]:
    """The keys that a mapping in the slot may have."""
    fields: dict[str, Slot] = {}
    for model in models_of(slot, node):
        for name, field in slots_of(model).items():
            fields.setdefault(name, field)
    return fields


@cache
def slots_of(model: type[BaseModel]) -> Mapping[str, Slot]:
    """The slots of a model's fields, made once: pydantic copies a default each time."""
    return {
        info.alias or name: field_slot(info)
        for name, info in model.model_fields.items()
    }


def field_slot(info: FieldInfo) -> Slot:
    """The slot of a model's field."""
    # A factory that builds on the values before it has no value of its own.
    builds = bool(info.default_factory_takes_validated_data)
    default: Any = NO_DEFAULT if builds else info.get_default(call_default_factory=True)
    return Slot(info.annotation, tuple(info.metadata), default)


def child_slot(slot: Slot, node: Node | None, key: str) -> Slot | None:
    """The slot of an entry or item; None where the model has none."""
    fields = fields_of(slot, node)
    if key in fields:
        return fields[key]
    for option in slot.options():
        origin = typing.get_origin(option.annotation)
        arguments = typing.get_args(option.annotation)
        if not isinstance(origin, type):
            if option.annotation in (Any, dict, list, tuple):
                return Slot(Any)
            continue
        if issubclass(origin, Mapping) and len(arguments) == 2:
            return Slot(arguments[1])
        if issubclass(origin, Sequence) and key.isdigit():
            index = int(key)
            if origin is tuple and arguments[-1] is not Ellipsis:
                return Slot(arguments[index]) if index < len(arguments) else None
            return Slot(arguments[0])
    return None


def root_slot(model: type[BaseModel]) -> Slot:
    """The slot that a whole model stands in."""
    return Slot(model)


def default_value(slot: Slot) -> Any:
    """What an entry inside the slot is set in: its default as plain values."""
    if isinstance(slot.default, BaseModel):
        return slot.default.model_dump(mode="json", by_alias=True)
    if isinstance(slot.default, Mapping | tuple | list):
        return slot.default
    return {}
