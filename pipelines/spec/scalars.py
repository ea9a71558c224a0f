"""YAML 1.2's core schema: what a plain scalar means.

Source: YAML 1.2.2, section 10.3.2. `no`, `on` and `012` therefore are text, text and
twelve, and `1e-3` is a number.
"""

import re
from collections.abc import Callable

from pipelines.spec.nodes import Scalar

PREFIX = "tag:yaml.org,2002:"


def _float(text: str) -> float:
    lowered = text.lower()
    return float(lowered.replace(".inf", "inf").replace(".nan", "nan"))


def _int(text: str) -> int:
    bases = {"0o": 8, "0x": 16}
    return int(text, bases.get(text[:2], 10))


RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], Scalar]], ...] = (
    ("null", re.compile(r"null|Null|NULL|~|"), lambda text: None),
    (
        "bool",
        re.compile(r"true|True|TRUE|false|False|FALSE"),
        lambda text: text.lower() == "true",
    ),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), _int),
    (
        "float",
        re.compile(
            r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
            r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
        _float,
    ),
)


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted scalar.

    Raises:
        ValueError: if it is a whole number of more digits than Python reads.
    """
    for _, pattern, convert in RULES:
        if pattern.fullmatch(text):
            return convert(text)
    return text


def tagged_scalar(text: str, tag: str) -> Scalar:
    """The value of a scalar with one of the core tags (`!!int 3`).

    Raises:
        KeyError: if the tag is not one of the core schema.
        ValueError: if the text is not of the tag's form.
    """
    if tag in ("!", PREFIX + "str"):
        return text
    rules = {PREFIX + name: (pattern, convert) for name, pattern, convert in RULES}
    pattern, convert = rules[tag]
    if not pattern.fullmatch(text) and not (
        tag == PREFIX + "float" and rules[PREFIX + "int"][0].fullmatch(text)
    ):
        raise ValueError(text)
    return convert(text)
