"""Any text in Markdown, none of it markup."""

import re
from typing import Any

from components.report import words

SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>&~$@-])")


def text(given: Any) -> str:
    """Any text, as text: one line, nothing in it is markup."""
    return SPECIAL.sub(r"\\\1", " ".join(words.short(given, 600).split()))


def code(given: Any) -> str:
    """A code span that no content can close."""
    line = " ".join(words.short(given, 600).split())
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"
