"""Addresses: one for every parameter, `<stage>.<path>`, and `seed`.

An address exists if the models have it, whether the spec states it or not. Setting one
replaces the value there; setting the `kind` of a part to another kind drops the part's
other keys, which belonged to the old kind.
"""

from collections.abc import Mapping

from components.component import Component
from pipelines.runners import Runner
from pipelines.spec.errors import AddressError, SpecError, listing, nearest
from pipelines.spec.model import Position
from pipelines.spec.models import (
    Slot,
    child_slot,
    default_value,
    fields_of,
    root_slot,
)
from pipelines.spec.nodes import Node, make_node

RUNNER = Slot(Runner)


def check_address(
    address: str,
    position: Position,
    where: str,
    components: Mapping[str, Component],
    *,
    roots: tuple[str, ...] = ("seed",),
) -> SpecError | None:
    """What is wrong with an address; None if it exists.

    Args:
        address: the address.
        position: where it is stated.
        where: what states it (`matrix`), for the message.
        components: stage -> component, for the stages whose component is known.
        roots: what may be addressed beside the stages.
    """
    head, *path = address.split(".")
    if head in roots and (not path or head == "runner"):
        slot: Slot | None = RUNNER
    elif head in components:
        slot = root_slot(components[head].params)
    else:
        known = [*components, *roots]
        near = nearest(head, known)
        full = ".".join([near, *path]) if near else _anywhere(address, components)
        return AddressError(
            position,
            where,
            f"Unknown address `{address}`",
            f"`<stage>.<parameter>` of {listing(components)}, or {listing(roots)}",
            near=full,
        )
    if head in components and not path:
        return AddressError(
            position,
            where,
            f"The address `{address}` is a stage",
            f"one of its parameters: {listing(_children(slot, head))}",
        )
    done = head
    for part in path:
        known = sorted(fields_of(slot, None)) if slot else []
        slot = child_slot(slot, None, part) if slot else None
        if slot is None:
            near = nearest(part, known)
            return AddressError(
                position,
                where,
                f"Unknown address `{address}`",
                f"{listing(f'{done}.{name}' for name in known)}"
                if known
                else f"no more than `{done}`, which has no parameters of its own",
                near=address.replace(f"{done}.{part}", f"{done}.{near}", 1)
                if near
                else "",
            )
        done = f"{done}.{part}"
    return None


def _children(slot: Slot | None, prefix: str) -> list[str]:
    return (
        [f"{prefix}.{name}" for name in sorted(fields_of(slot, None))] if slot else []
    )


def _anywhere(address: str, components: Mapping[str, Component]) -> str:
    """The address with its stage put in front, where that makes it exist."""
    first = address.split(".")[0]
    for stage, component in components.items():
        if child_slot(root_slot(component.params), None, first):
            return f"{stage}.{address}"
    return ""


def set_at(
    slot: Slot, node: Node, path: list[str], value: Node, position: Position
) -> Node:
    """A copy of a value with another value at a path inside it.

    A parent that is not stated starts from the model's default.

    Args:
        slot: of the value.
        node: the value.
        path: keys and indices; the model has them.
        value: what to put there.
        position: where the path is stated.

    Raises:
        IndexError: if an index is not in the list.
    """
    if not path:
        return value
    key, *rest = path
    if isinstance(node.value, tuple) and key.isdigit():
        items = list(node.value)
        inner = child_slot(slot, node, key) or Slot(object)
        items[int(key)] = set_at(inner, items[int(key)], rest, value, position)
        return Node(tuple(items), node.position)
    if not isinstance(node.value, dict):
        node = Node({}, position)
    if key == "kind" and not rest and node.kind not in (None, value.value):
        return Node({"kind": value}, node.position, keys={"kind": position})
    inner = child_slot(slot, node, key) or Slot(object)
    child = node.mapping.get(key)
    if child is None and rest:
        child = make_node(default_value(inner), position)
    if child is None:
        child = value
    at = node.keys.get(key, position) if rest else position
    return node.with_entry(key, set_at(inner, child, rest, value, position), at)


def lay_over(slot: Slot, below: Node | None, above: Node) -> Node:
    """A value with what another one states set in it, as if entry by entry.

    A mapping that is not stated below starts from the model's default, unless a kind
    is chosen; mappings that both state stand where `below` states them.

    Args:
        slot: of both values.
        below: the value; None if it is not stated.
        above: what is set in it. Of a mapping each entry is; all else replaces.
    """
    if not isinstance(above.value, dict):
        return above
    if below is None and above.kind is None:
        below = make_node(default_value(slot), above.position)
    if below is None or not isinstance(below.value, dict):
        return above
    if above.kind is not None and above.kind != below.kind:
        return above
    result = below
    for key, node in above.value.items():
        old = below.value.get(key)
        new = lay_over(child_slot(slot, below, key) or Slot(object), old, node)
        kept = old is not None and isinstance(node.value, dict) and new is not node
        at = below.keys[key] if kept else above.keys[key]
        result = result.with_entry(key, new, at)
    return result


def slot_at(slot: Slot, node: Node | None, path: list[str]) -> Slot:
    """The slot at a path inside a value."""
    for key in path:
        slot = child_slot(slot, node, key) or Slot(object)
        node = node.mapping.get(key) if node is not None else None
    return slot


def value_in(node: Node, path: list[str]) -> Node | None:
    """What a value states at a path inside it; None if nothing."""
    found: Node | None = node
    for key in path:
        found = found.mapping.get(key) if found is not None else None
    return found
