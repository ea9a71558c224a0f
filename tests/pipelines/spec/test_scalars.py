"""YAML 1.2's core schema, and round trips through PyYAML's own writer."""

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.spec.nodes import plain
from pipelines.spec.reader import Sources


def value(text: str) -> object:
    return plain(Sources().read_text(text, "text"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("true", True),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("012", 12),
        ("+12", 12),
        ("-0", 0),
        ("0o7", 7),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-1.5E+2", -150.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("nan", "nan"),
        ("=", "="),
        ("'1'", "1"),
        ('"no"', "no"),
        ("!!str 5", "5"),
        ("! 5", "5"),
        ("!!float 5", 5.0),
        ("!!int '5'", 5),
        ("!!null ''", None),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("[&a x, *a]", ["x", "x"]),
        ("{no: 1, 2: x, null: y}", {"no": 1, "2": "x", "null": "y"}),
    ],
)
def test_core_schema(text: str, expected: object) -> None:
    received = value(text)
    assert received == expected
    assert type(received) is type(expected)


def test_nan() -> None:
    received = value(".nan")
    assert isinstance(received, float)
    assert math.isnan(received)


# What YAML calls printable, without the line breaks that its writer folds, and with the
# 1.1 special cases that PyYAML's writer leaves bare taken out by quoting all text.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=20,
)


class Writer(yaml.SafeDumper):
    """Writes all text in quotes."""


Writer.add_representer(
    str,
    lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", text, '"'),
)
Writer.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


@given(VALUES, st.booleans())
def test_what_is_written_reads_back_equal(expected: object, flow: bool) -> None:
    text = yaml.dump(expected, Dumper=Writer, default_flow_style=flow)
    assert value(text) == expected
