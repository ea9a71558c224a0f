"""A node against a pydantic model: the model's instance, or all errors with places."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipelines.spec.errors import SpecError, ValueFault, listing, nearest
from pipelines.spec.model import Position
from pipelines.spec.models import Slot, child_slot, fields_of, kinds_of, root_slot
from pipelines.spec.nodes import Node, plain, show
from pipelines.spec.wording import description, expectation

M = TypeVar("M", bound=BaseModel)


def validate(
    model: type[M],
    node: Node,
    address: str,
    errors: list[SpecError],
    owner: Position | None = None,
) -> M | None:
    """Validate a value; append what is wrong to `errors` and return None then.

    Args:
        model: a model in strict mode; lists become tuples as in JSON.
        node: the value.
        address: of the value, for messages.
        errors: takes the faults.
        owner: the position of the key that holds the value.
    """
    try:
        return model.model_validate_json(json.dumps(plain(node)))
    except ValidationError as error:
        faults = error.errors(include_url=False)
    place = Place(root_slot(model), node, address, owner or node.position)
    known: dict[tuple[Position, str], ValueFault] = {}
    for detail in faults:
        fault = _fault(place.descend(detail["loc"]), detail)
        slot = (fault.position, fault.address)
        known[slot] = _merge(known[slot], fault) if slot in known else fault
    errors.extend(known.values())
    return None


class Place:
    """A value on the way down pydantic's `loc`, beside its slot in the model."""

    def __init__(
        self, slot: Slot | None, node: Node | None, address: str, owner: Position
    ) -> None:
        self.slot = slot
        self.node = node
        self.address = address
        self.owner = owner
        self.key = ""
        self.parent: Place | None = None

    def descend(self, loc: tuple[int | str, ...]) -> "Place":
        """Follow `loc`; what it holds beside keys (tags of unions) is passed over."""
        place, tagged = self, False
        for index, part in enumerate(loc):
            last = index == len(loc) - 1
            node = place.node
            if (
                node is not None
                and not tagged
                and part == node.kind
                and not (last and part in node.mapping)
            ):
                tagged = True
                continue
            following = place.step(part, last)
            if following is not None:
                place, tagged = following, False
        return place

    def step(self, part: int | str, last: bool) -> "Place | None":
        node, key = self.node, str(part)
        if node is None:
            return None
        child: Node | None = None
        if key in node.mapping:
            child, owner = node.mapping[key], node.keys[key]
        elif isinstance(part, int) and part < len(node.items):
            child = node.items[part]
            owner = child.position
        elif last and isinstance(part, str) and isinstance(node.value, dict):
            owner = self.owner
        else:
            return None
        slot = child_slot(self.slot, node, key) if self.slot else None
        address = f"{self.address}.{key}" if self.address else key
        place = Place(slot, child, address, owner)
        place.key, place.parent = key, self
        return place


def _fault(place: Place, detail: Mapping[str, Any]) -> ValueFault:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind == "missing" and place.node is None:
        what = description(place.slot)
        return ValueFault(
            place.owner, place.address, f"Missing key `{place.key}`", what
        )
    if kind in ("union_tag_invalid", "union_tag_not_found") or (
        kind in ("model_attributes_type", "dict_type") and _kinds(place)
    ):
        return _wrong_kind(place)
    problem, expected = expectation(kind, context, detail["msg"])
    if kind == "missing":
        problem, expected = "Wrong size", description(place.slot)
    node = place.node
    near = _near_value(kind, context, node)
    position = node.position if node else place.owner
    received = show(node) if node else ""
    return ValueFault(position, place.address, problem, expected, received, near)


def _kinds(place: Place) -> list[str]:
    """The kinds that a part at this place may have; none if no part stands there."""
    return kinds_of(place.slot) if place.slot else []


def _unknown_key(place: Place) -> ValueFault:
    parent = place.parent
    slot = parent.slot if parent else None
    known = sorted(fields_of(slot, parent.node)) if parent and slot else []
    return ValueFault(
        place.owner,
        place.address,
        f"Unknown key `{place.key}`",
        listing(known) if known else "no keys here",
        near=nearest(place.key, known),
    )


def _wrong_kind(place: Place) -> ValueFault:
    node, names = place.node, _kinds(place)
    if node is not None and not isinstance(node.value, dict):
        text = node.value if isinstance(node.value, str) else ""
        meant = text if text in names else nearest(text, names)
        return ValueFault(
            node.position,
            place.address,
            "Not a mapping",
            f"a mapping with `kind`: {listing(names)}",
            show(node),
            f"{{kind: {meant}}}" if meant else "",
        )
    stated = node.mapping.get("kind") if node else None
    address = f"{place.address}.kind" if place.address else "kind"
    if stated is None:
        return ValueFault(place.owner, address, "Missing key `kind`", listing(names))
    why = place.slot.without().get(str(stated.value)) if place.slot else None
    return ValueFault(
        stated.position,
        address,
        f"Not a kind for this place ({why})" if why else "Unknown kind",
        listing(names),
        show(stated),
        "" if why else nearest(str(stated.value), names),
    )


def _near_value(kind: str, context: Mapping[str, Any], node: Node | None) -> str:
    value = node.value if node else None
    if kind in ("literal_error", "enum") and isinstance(value, str):
        choices = str(context.get("expected", "")).replace(" or ", ", ").split(", ")
        return nearest(value, [choice.strip("'") for choice in choices])
    if kind in ("int_type", "int_from_float") and isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else ""
    if kind == "bool_type" and isinstance(value, str):
        words = {"yes": "true", "on": "true", "no": "false", "off": "false"}
        return words.get(value.lower(), "")
    return ""


def _merge(first: ValueFault, second: ValueFault) -> ValueFault:
    """Two faults of one value are one: it fits none of several choices."""
    expected = first.expected
    if second.expected and second.expected not in expected:
        expected = f"{expected} or {second.expected}" if expected else second.expected
    problem = first.problem if first.problem == second.problem else "Wrong value"
    return ValueFault(
        first.position,
        first.address,
        problem,
        expected,
        first.received or second.received,
        first.near or second.near,
    )
