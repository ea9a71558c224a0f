"""YAML text to `Node`s: one pass over libyaml's events.

Stricter than YAML: no tags but the core ones, no duplicate keys, no merge keys, one
document, and bounds on size, depth and the expansion of aliases, so that no text can
take long. The tree is built from events, not by `yaml.compose`: a composer
forgets where an alias stands and recurses into any depth.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from pipelines.spec.errors import TextError, nearest
from pipelines.spec.model import Position
from pipelines.spec.nodes import Node
from pipelines.spec.scalars import PREFIX, plain_scalar, tagged_scalar
from pipelines.spec.text import decode, end_of

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_NODES = 100_000
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SURROGATE = re.compile("[\ud800-\udfff]")


class Sources:
    """Reads files and keeps their lines, so that errors can show them."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {}
        self._files: dict[str, Node] = {}

    def read_file(self, path: str, blame: Position | None = None) -> Node:
        """Read a YAML file, once (`blame`: where it is asked for, if in a file).

        Raises:
            TextError: if it cannot be read or is not plain YAML.
        """
        if path not in self._files:
            self._files[path] = self._read_file(path, blame)
        return self._files[path]

    def _read_file(self, path: str, blame: Position | None) -> Node:
        start = Position(path, 1, 1)
        try:
            with Path(path).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
                size = file.seek(0, 2)
        except OSError as error:
            raise _unreadable(path, error, blame or start) from error
        if size > MAX_BYTES:
            raise TextError(
                start,
                "",
                "The file is too large",
                f"at most {MAX_BYTES:,} bytes",
                f"{size:,} bytes",
            )
        return self.read_text(decode(content, path), path)

    def read_text(self, text: str, file: str, column: int = 1, lead: str = "") -> Node:
        """Read YAML text; `lead` stands before it on the first line, up to `column`.

        Raises:
            TextError: if it is not plain YAML.
        """
        self.lines[file] = (lead + text).split("\n")
        return _Builder(file, column - 1).build(text)


def _unreadable(path: str, error: OSError, position: Position) -> TextError:
    if isinstance(error, IsADirectoryError):
        return TextError(position, "", f"`{path}` is a folder", "a YAML file")
    if not isinstance(error, FileNotFoundError):
        reason = error.strerror or str(error)
        return TextError(position, "", f"`{path}` cannot be read", received=reason)
    folder = Path(path).parent
    siblings = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    near = nearest(Path(path).name, siblings)
    return TextError(
        position,
        "",
        f"No file `{path}`",
        "a YAML file",
        near=str(folder / near) if near else "",
    )


class _Open:
    """A list or mapping whose end has not been read yet."""

    def __init__(self, position: Position, anchor: str | None, is_map: bool) -> None:
        self.position = position
        self.anchor = anchor
        self.is_map = is_map
        self.key: tuple[str, Position] | None = None
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Position] = {}
        self.children: list[Node] = []
        self.size = 1

    def close(self) -> Node:
        if self.is_map:
            return Node(self.entries, self.position, keys=self.keys)
        return Node(tuple(self.children), self.position)


class _Builder:
    """Builds one document from events."""

    def __init__(self, file: str, shift: int) -> None:
        self.file = file
        self.shift = shift
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.root: Node | None = None
        self.documents = 0
        self.total = 0

    def build(self, text: str) -> Node:
        try:
            for event in yaml.parse(text, Loader=LOADER):
                self._event(event)
        except yaml.YAMLError as error:
            raise self._syntax(error, text) from error
        return self.root or Node(None, Position(self.file, 1, 1 + self.shift))

    def _at(self, mark: Any) -> Position:
        shift = self.shift if mark.line == 0 else 0
        return Position(self.file, mark.line + 1, mark.column + 1 + shift)

    def _fail(self, position: Position, *words: str, **more: str) -> TextError:
        return TextError(position, "", *words, **more)

    def _event(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._fail(
                    self._at(event.start_mark), "A second document", "one document"
                )
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.stack.pop()
            self._add(done.close(), done.size, done.anchor)

    def _open(self, event: Any) -> None:
        position = self._at(event.start_mark)
        is_map = isinstance(event, yaml.MappingStartEvent)
        wanted = PREFIX + ("map" if is_map else "seq")
        if event.tag not in (None, "!", wanted):
            raise self._tag(position, event.tag)
        if len(self.stack) >= MAX_DEPTH:
            raise self._too_deep(position)
        if self.stack and self.stack[-1].is_map and self.stack[-1].key is None:
            raise self._fail(position, "A key that is not text", "text as a key")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(position, event.anchor, is_map))

    def _too_deep(self, position: Position) -> TextError:
        return self._fail(position, "Nested too deeply", f"at most {MAX_DEPTH} levels")

    def _scalar(self, event: Any) -> None:
        position = self._at(event.start_mark)
        if self.stack and self.stack[-1].is_map and self.stack[-1].key is None:
            self._key(event, position)
            return
        text = event.value
        try:
            if event.tag is not None:
                value = tagged_scalar(text, event.tag)
            else:
                value = plain_scalar(text) if event.implicit[0] else text
        except KeyError:
            raise self._tag(position, event.tag) from None
        except ValueError:
            if event.tag is None:
                words = ("Too long a number", "a number of fewer digits")
            else:
                words = ("Not of its tag", event.tag.replace(PREFIX, "!!"))
            raise self._fail(position, *words, f"{text[:40]!r}") from None
        if SURROGATE.search(text):
            raise self._fail(position, "Half of a surrogate pair", "Unicode text")
        self._add(Node(value, position, text=text), 1, event.anchor)

    def _key(self, event: Any, position: Position) -> None:
        top, key = self.stack[-1], event.value
        if event.tag not in (None, "!", PREFIX + "str"):
            raise self._tag(position, event.tag)
        if key == "<<" and event.implicit[0]:
            raise self._fail(
                position,
                "`<<` is not part of YAML 1.2",
                "keys written out, or `extends`",
            )
        if key in top.entries:
            first = top.keys[key]
            raise self._fail(
                position,
                f"Duplicate key `{key}`",
                "each key once",
                f"`{key}` again, first at {first}",
            )
        if event.anchor:
            self.anchors[event.anchor] = (Node(key, position, text=key), 1)
        top.key = (key, position)

    def _alias(self, event: Any) -> None:
        position = self._at(event.start_mark)
        if event.anchor not in self.anchors:
            near = nearest(event.anchor, self.anchors)
            raise self._fail(
                position, f"Unknown anchor `*{event.anchor}`", near=near and f"*{near}"
            )
        known = self.anchors[event.anchor]
        if known is None:
            raise self._fail(
                position,
                f"`*{event.anchor}` stands inside the value that it names",
                "a value without itself in it",
            )
        if self.stack and self.stack[-1].is_map and self.stack[-1].key is None:
            raise self._fail(position, "A key that is an alias", "text as a key")
        node, size = known
        self._add(Node(node.value, position, node.text, node.keys), size, None)

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        """Put a complete value in its place, and count what it expands to."""
        if anchor:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += size
        if top.size > MAX_NODES:
            raise self._fail(
                node.position,
                "The file expands to too many values",
                f"at most {MAX_NODES:,}, aliases written out",
            )
        if top.is_map:
            assert top.key is not None
            key, position = top.key
            top.entries[key], top.keys[key], top.key = node, position, None
        else:
            top.children.append(node)

    def _tag(self, position: Position, tag: str) -> TextError:
        short = tag.replace(PREFIX, "!!")
        return self._fail(
            position, f"The tag `{short}`", "no tag (the core ones of YAML aside)"
        )

    def _syntax(self, error: yaml.YAMLError, text: str) -> TextError:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        if mark is None:
            return self._fail(Position(self.file, 1, 1), f"Not YAML: {problem}")
        position = self._at(mark)
        if "nesting depth" in problem:
            # libyaml's own bound (PyYAML 6.0.4 and later), where its scanner meets it.
            return self._too_deep(position)
        lines = text.split("\n")
        here = "".join(lines[mark.line : mark.line + 1])[mark.column :]
        if not (here + "".join(lines[mark.line + 1 :])).strip():
            # What is missing at the end of the text is shown after its last letter.
            end = end_of(text.rstrip(), self.file)
            shift = self.shift if end.line == 1 else 0
            position = Position(self.file, end.line, end.column + shift)
        line = lines[mark.line] if mark.line < len(lines) else ""
        if line[mark.column : mark.column + 1] == "\t":
            return self._fail(position, "A tab", "spaces to indent with")
        context = getattr(error, "context", None)
        start = getattr(error, "context_mark", None)
        where = f" ({context}, begun at line {start.line + 1})" if start else ""
        return self._fail(position, f"Not YAML: {problem}{where}")
