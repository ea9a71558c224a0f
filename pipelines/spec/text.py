"""Bytes to text: UTF-8, and nothing that cannot be printed."""

import re

from pipelines.spec.errors import TextError
from pipelines.spec.model import Position

UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def decode(content: bytes, file: str) -> str:
    """Bytes as UTF-8 text, a byte order mark dropped.

    Raises:
        TextError: at the first byte that is not UTF-8 or not printable.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        byte = f"the byte 0x{content[error.start]:02X}"
        raise TextError(
            end_of(before, file), "", "The file is not UTF-8", "UTF-8 text", byte
        ) from error
    found = UNPRINTABLE.search(text)
    if found:
        raise TextError(
            end_of(text[: found.start()], file),
            "",
            "A control character",
            "printable text",
            f"the character U+{ord(found[0]):04X}",
        )
    return text


def end_of(before: str, file: str) -> Position:
    """The position right after some text."""
    line = before.count("\n") + 1
    return Position(file, line, len(before) - before.rfind("\n"))
