"""What can stand in a spec, for a person: components, their parameters and kinds."""

import typing
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.component import Component
from components.parts import Part, Without
from components.report.prescriptions import scalar

if TYPE_CHECKING:
    from rich.console import Console


class Row(NamedTuple):
    """One parameter: its path, type, default and meaning."""

    path: str
    type: str
    default: str
    meaning: str


def print_components(console: "Console", components: Mapping[str, Component]) -> None:
    """A line a component: what it takes, what it makes, what it is for."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("component", "inputs", "outputs", "what it does"):
        table.add_column(title, overflow="fold")
    for name, component in components.items():
        table.add_row(
            name,
            _inputs(component) or "-",
            ", ".join(component.outputs),
            component.doc.partition("\n")[0],
        )
    console.print(table)
    console.print("\n`ganopsy components NAME` shows a component's parameters.")


def print_component(console: "Console", component: Component) -> None:
    """A component's doc, inputs, outputs and parameters."""
    from rich.table import Table

    console.print(f"[bold]{component.name}[/]  ({component.placement})")
    console.print(component.doc, markup=False)
    console.print(f"\ninputs:  {_inputs(component) or 'none'}", markup=False)
    made = ", ".join(f"{n}: {t.__name__}" for n, t in component.outputs.items())
    console.print(f"outputs: {made}\n", markup=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("parameter", no_wrap=True)
    for title in ("type", "default", "meaning"):
        table.add_column(title, overflow="fold")
    for row in rows(component.params):
        table.add_row(*(text.replace("[", "\\[") for text in row))
    console.print(table)


def rows(
    model: type[BaseModel], prefix: str = "", within: tuple[type, ...] = ()
) -> Iterator[Row]:
    """Every parameter of a model; those of a family's members below their kind.

    Args:
        model: the model.
        prefix: of the paths.
        within: the families that it stands in: a member that takes members of its own
            family has them shown once.
    """
    for name, field in model.model_fields.items():
        if name == "kind" and prefix:
            continue
        path = f"{prefix}{field.alias or name}"
        meaning = " ".join((field.description or "").split())
        yield Row(path, type_text(field), _default(field), meaning)
        for inner in _models(field.annotation):
            if issubclass(inner, Part) and inner.__dict__.get("kinds"):
                if inner not in within:
                    yield from _members(inner, path, within)
            else:
                yield from rows(inner, f"{path}.", within)


def _members(family: type[Part], path: str, within: tuple[type, ...]) -> Iterator[Row]:
    for kind, member in sorted(family.kinds.items()):
        meaning = " ".join((member.__doc__ or "").partition("\n\n")[0].split())
        yield Row(f"  {path}: {kind}", "", "", meaning)
        for row in rows(member, f"{path}.", (*within, family)):
            yield row._replace(path=f"    {row.path}")


def type_text(field: FieldInfo) -> str:
    """A field's type as a person writes it, with its bounds."""
    bounds = [_bound(entry) for entry in field.metadata]
    without = {mark.kind for mark in field.metadata if isinstance(mark, Without)}
    text = _kinds(field.annotation, without) or _type(field.annotation)
    return " ".join(filter(None, [text, *bounds]))


def _kinds(annotation: Any, without: set[str]) -> str:
    """A family's members but some; empty for what is no family."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return " | ".join(sorted(set(annotation.kinds) - without))
    return ""


def _type(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin is typing.Literal:
        return " | ".join(map(str, arguments))
    if annotation is type(None):
        return "null"
    if origin in (list, tuple):
        inner = [_type(entry) for entry in arguments if entry is not Ellipsis]
        return f"list of {' or '.join(dict.fromkeys(inner))}"
    if origin is dict:
        return "mapping"
    if arguments:
        return " | ".join(_type(entry) for entry in arguments)
    return _kinds(annotation, set()) or str(getattr(annotation, "__name__", annotation))


def _bound(entry: Any) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return ", ".join(
        f"{sign} {getattr(entry, name)}"
        for name, sign in signs.items()
        if getattr(entry, name, None) is not None
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return ""
    if isinstance(value, BaseModel):
        stated = value.model_dump(mode="json", exclude_defaults=True)
        kind = getattr(value, "kind", None)
        if not kind and not stated:
            return ""
        return scalar({"kind": kind, **stated} if kind else stated)
    return scalar(list(value) if isinstance(value, tuple) else value)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation holds, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for argument in typing.get_args(annotation):
        found += [model for model in _models(argument) if model not in found]
    return found


def _inputs(component: Component) -> str:
    return ", ".join(
        f"{name}: {'all ' if declared.gathered else ''}{declared.type.__name__}"
        f"{' (optional)' if declared.optional else ''}"
        for name, declared in component.inputs.items()
    )
