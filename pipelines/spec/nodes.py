"""YAML values that remember where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.spec.model import Position

Scalar = None | bool | int | float | str


@dataclass(frozen=True)
class Node:
    """A value and its position.

    `value` is a scalar, a tuple of nodes, or a dict of nodes. `keys` holds the position
    of each key of a mapping; `text` is a scalar as written.
    """

    value: "Scalar | tuple[Node, ...] | dict[str, Node]"
    position: Position
    text: str = ""
    keys: Mapping[str, Position] = field(default_factory=dict)

    @property
    def mapping(self) -> "dict[str, Node]":
        """The entries of a mapping; none for everything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> "tuple[Node, ...]":
        """The items of a list; none for everything else."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def kind(self) -> str | None:
        """The `kind` that a part states."""
        stated = self.mapping.get("kind")
        value = stated.value if stated else None
        return value if isinstance(value, str) else None

    def with_entry(self, key: str, node: "Node", position: Position) -> "Node":
        """A copy of a mapping with one entry set."""
        return replace(
            self,
            value={**self.mapping, key: node},
            keys={**self.keys, key: position},
        )


def plain(node: Node) -> Any:
    """The value without positions: dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [plain(child) for child in node.value]
    return node.value


def make_node(value: Any, position: Position) -> Node:
    """A node of a plain value, all of it at one position."""
    if isinstance(value, Mapping):
        children = {str(k): make_node(v, position) for k, v in value.items()}
        return Node(children, position, keys=dict.fromkeys(children, position))
    if isinstance(value, list | tuple):
        return Node(tuple(make_node(child, position) for child in value), position)
    return Node(value, position, text=show_scalar(value))


def show_scalar(value: Scalar) -> str:
    """A scalar as a spec would write it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    return ".nan" if value != value else str(value)


def show(node: Node, limit: int = 60) -> str:
    """A value in a few words, for messages: as written, its type where it matters."""
    if isinstance(node.value, dict):
        text = "a mapping of " + ", ".join(node.value) if node.value else "{}"
    elif isinstance(node.value, tuple):
        text = f"[{', '.join(show(child, 20) for child in node.value[:4])}"
        text += ", …]" if len(node.value) > 4 else "]"
    elif isinstance(node.value, str):
        text = f"{node.value[:limit]!r}".replace("\\\\", "\\")
    else:
        text = node.text or show_scalar(node.value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def walk(node: Node, address: str = "") -> Iterator[tuple[str, Position]]:
    """Every address below a node with the position of its key or item."""
    prefix = f"{address}." if address else ""
    for key, child in node.mapping.items():
        yield prefix + key, node.keys[key]
        yield from walk(child, prefix + key)
    for index, child in enumerate(node.items):
        yield f"{prefix}{index}", child.position
        yield from walk(child, f"{prefix}{index}")
