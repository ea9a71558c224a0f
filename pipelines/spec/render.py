"""Errors to text: each with the line that it is about and a caret under the place."""

from collections.abc import Mapping, Sequence

from pipelines.spec.errors import SpecError

WIDTH = 100


def render(errors: Sequence[SpecError], sources: Mapping[str, Sequence[str]]) -> str:
    """All errors, one after the other, with their lines of text."""
    return "\n".join(render_one(error, sources) for error in errors)


def render_one(error: SpecError, sources: Mapping[str, Sequence[str]]) -> str:
    """`file:line:column: address: message`, the line, and a caret."""
    lines = sources.get(error.position.file, ())
    if not 0 < error.position.line <= len(lines):
        return str(error)
    text, column = _window(lines[error.position.line - 1], error.position.column)
    margin = "".join("\t" if letter == "\t" else " " for letter in text[: column - 1])
    return f"{error}\n    {text}\n    {margin}^"


def _window(line: str, column: int) -> tuple[str, int]:
    """At most `WIDTH` letters of a line around a column, and the column in them."""
    text = "".join(
        c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}"
        for c in line.rstrip("\r\n")
    )
    if len(text) <= WIDTH:
        return text, column
    start = max(0, column - 1 - WIDTH // 2)
    return text[start : start + WIDTH], column - start
