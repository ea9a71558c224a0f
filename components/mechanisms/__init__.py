"""One page on each cause: what it is, why it harms, what we measure, what cures it.

The report shows the pages of the causes that it names. Evidence names the statistics
of `diagnose/statistics` that the cause is judged by, one at the head of each item.
"""

from pathlib import Path

from components.vocabulary import CAUSES

HEADINGS = ("What", "Why", "Evidence", "Cure", "Source")


def page(cause: str) -> str | None:
    """A cause's page in Markdown; None for what is no id of ours."""
    if cause not in CAUSES:
        return None
    return (Path(__file__).parent / f"{cause}.md").read_text("utf-8")
