"""Marked values: paths resolved, and files read in where a field takes a file.

Both against the folder of the file that states them; paths that come from `--set` are
against the working directory. A resolved path is as relative as the spec's own path.
"""

import os
from pathlib import Path

from components.parts import FileMark, PathMark
from pipelines.spec.errors import SpecError, TextError, ValueFault, nearest
from pipelines.spec.model import Position
from pipelines.spec.models import Slot, child_slot
from pipelines.spec.nodes import Node
from pipelines.spec.reader import Sources


def locate(text: str, position: Position) -> str:
    """A path stated at a position, as seen from the working directory."""
    if "://" in text:
        return text
    return os.path.normpath(Path(position.file).parent / Path(text).expanduser())


class Files:
    """Reads the files that marked fields name, each once."""

    def __init__(self, sources: Sources, errors: list[SpecError]) -> None:
        self.sources = sources
        self.errors = errors
        self.known: dict[str, Node | None] = {}
        self.failed: set[Position] = set()

    def expand(self, slot: Slot, node: Node, chain: tuple[str, ...] = ()) -> Node:
        """The value with every file that it names in its place."""
        if slot.marked(FileMark) and isinstance(node.value, str):
            path = locate(node.value, node.position)
            content = self._load(path, node, chain)
            if content is None:
                self.failed.add(node.position)
                return node
            return self.expand(slot, content, (*chain, path))
        return self._children(slot, node, chain)

    def _children(self, slot: Slot, node: Node, chain: tuple[str, ...]) -> Node:
        result = node
        for key, child in node.mapping.items():
            inner = child_slot(slot, node, key)
            new = self.expand(inner, child, chain) if inner else child
            if new is not child:
                result = result.with_entry(key, new, node.keys[key])
        if node.items:
            inner = child_slot(slot, node, "0")
            items = tuple(
                self.expand(inner, child, chain) if inner else child
                for child in node.items
            )
            result = Node(items, node.position)
        return result

    def _load(self, path: str, node: Node, chain: tuple[str, ...]) -> Node | None:
        if path in chain:
            shown = " → ".join([*chain, path])
            self.errors.append(
                TextError(node.position, "", f"A file that names itself: {shown}")
            )
            return None
        if path not in self.known:
            self.known[path] = None
            try:
                content = self.sources.read_file(path, node.position)
            except SpecError as error:
                self.errors.append(error)
                return None
            if not isinstance(content.value, dict):
                expected = "a mapping" if content.value is not None else "content"
                self.errors.append(
                    TextError(content.position, "", "Not a mapping", expected)
                )
                return None
            self.known[path] = content
        return self.known[path]


def resolve_paths(
    slot: Slot, node: Node, address: str, errors: list[SpecError]
) -> Node:
    """The value with every marked path resolved; a path must exist (URLs aside).

    Where a field takes a path or certain words, these are no paths.
    """
    is_path = slot.marked(PathMark) and not slot.names(node.value)
    if is_path and isinstance(node.value, str):
        found = locate(node.value, node.position)
        if "://" not in found and not Path(found).exists():
            errors.append(_missing(found, node, address))
        return Node(found, node.position, text=node.text)
    result = node
    for key, child in node.mapping.items():
        inner = child_slot(slot, node, key)
        if inner:
            new = resolve_paths(inner, child, f"{address}.{key}", errors)
            if new is not child:
                result = result.with_entry(key, new, node.keys[key])
    if node.items and (inner := child_slot(slot, node, "0")):
        items = tuple(
            resolve_paths(inner, child, f"{address}.{index}", errors)
            for index, child in enumerate(node.items)
        )
        result = Node(items, node.position)
    return result


def _missing(path: str, node: Node, address: str) -> ValueFault:
    folder = Path(path).parent
    siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    near = nearest(Path(path).name, siblings)
    stated = Path(str(node.value)).parent
    return ValueFault(
        node.position,
        address,
        f"No file or folder `{path}`",
        "a path that exists, relative to the file that states it",
        repr(node.value),
        str(stated / near) if near else "",
    )
