"""Pydantic's error types in the words of this project."""

import typing
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from pipelines.spec.errors import listing
from pipelines.spec.models import Slot, kinds_of

WRONG = "Wrong type"
RANGE = "Out of range"
SIZE = "Wrong size"

Words = Callable[[Mapping[str, Any]], str]


def _count(context: Mapping[str, Any], key: str) -> str:
    n = context.get(key, 0)
    return f"{n} {'entry' if n == 1 else 'entries'}"


def _letters(context: Mapping[str, Any], key: str) -> str:
    n = context.get(key, 0)
    return f"{n} {'letter' if n == 1 else 'letters'}"


TYPES: Mapping[str, tuple[str, Words]] = {
    "int_type": (WRONG, lambda c: "a whole number"),
    "int_from_float": (WRONG, lambda c: "a whole number"),
    "int_parsing": (WRONG, lambda c: "a whole number"),
    "float_type": (WRONG, lambda c: "a number"),
    "float_parsing": (WRONG, lambda c: "a number"),
    "finite_number": (RANGE, lambda c: "a finite number"),
    "bool_type": (WRONG, lambda c: "`true` or `false`"),
    "bool_parsing": (WRONG, lambda c: "`true` or `false`"),
    "string_type": (WRONG, lambda c: "text (in quotes, if it looks like a number)"),
    "none_required": (WRONG, lambda c: "`null`"),
    "list_type": (WRONG, lambda c: "a list"),
    "tuple_type": (WRONG, lambda c: "a list"),
    "set_type": (WRONG, lambda c: "a list"),
    "frozen_set_type": (WRONG, lambda c: "a list"),
    "dict_type": (WRONG, lambda c: "a mapping"),
    "model_type": (WRONG, lambda c: "a mapping"),
    "model_attributes_type": (WRONG, lambda c: "a mapping"),
    "dataclass_type": (WRONG, lambda c: "a mapping"),
    "literal_error": ("Unknown choice", lambda c: _choices(str(c["expected"]))),
    "enum": ("Unknown choice", lambda c: _choices(str(c["expected"]))),
    "greater_than": (RANGE, lambda c: f"a number greater than {c['gt']}"),
    "greater_than_equal": (RANGE, lambda c: f"a number of at least {c['ge']}"),
    "less_than": (RANGE, lambda c: f"a number less than {c['lt']}"),
    "less_than_equal": (RANGE, lambda c: f"a number of at most {c['le']}"),
    "multiple_of": (RANGE, lambda c: f"a multiple of {c['multiple_of']}"),
    "too_short": (SIZE, lambda c: f"at least {_count(c, 'min_length')}"),
    "too_long": (SIZE, lambda c: f"at most {_count(c, 'max_length')}"),
    "string_too_short": (SIZE, lambda c: f"at least {_letters(c, 'min_length')}"),
    "string_too_long": (SIZE, lambda c: f"at most {_letters(c, 'max_length')}"),
    "string_pattern_mismatch": ("Wrong form", lambda c: f"text like {c['pattern']}"),
}


def expectation(kind: str, context: Mapping[str, Any], message: str) -> tuple[str, str]:
    """What is wrong and what was expected, for a type of pydantic's errors.

    A check of a component's own (`value_error`, `assertion_error`) speaks for itself.
    """
    if kind in TYPES:
        problem, words = TYPES[kind]
        return problem, words(context)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", message)).strip().rstrip("."), ""
    text = message.removeprefix("Input should be ").rstrip(".")
    return "Wrong value", text


def _choices(text: str) -> str:
    return text.replace("'", "`")


def description(slot: Slot | None) -> str:
    """What a slot takes, in words; empty where the model says too little."""
    if slot is None:
        return ""
    kinds = kinds_of(slot)
    if kinds:
        return f"a mapping with `kind`: {listing(kinds)}"
    words = (_annotation(option.annotation) for option in slot.options())
    return " or ".join(dict.fromkeys(filter(None, words)))


def _annotation(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return listing(map(str, arguments))
    if origin is tuple and arguments[-1] is not Ellipsis:
        return f"a list of {len(arguments)}"
    names = {
        int: "a whole number",
        float: "a number",
        str: "text",
        tuple: "a list",
        list: "a list",
        bool: "`true` or `false`",
        dict: "a mapping",
        type(None): "`null`",
    }
    known = origin or annotation
    if isinstance(known, type) and issubclass(known, BaseModel):
        return "a mapping"
    return names.get(known, "")
