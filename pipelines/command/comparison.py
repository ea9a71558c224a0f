"""What differs between two runs, for a person."""

from typing import TYPE_CHECKING, Any

from components.report import compared, words
from components.report.strips import ordered
from components.report.svg import number
from pipelines.command.overview import make_table, plain
from pipelines.compare import Comparison, Contrast, Difference, compare
from pipelines.planning.reasons import show
from pipelines.store import Store

if TYPE_CHECKING:
    from rich.console import Console


def print_comparison(console: "Console", store: Store, a: str, b: str) -> None:
    """Which trials are paired, what differs in them, and by how much."""
    found = compare(store, a, b)
    console.print(f"a: {found.a.id}\nb: {found.b.id}", markup=False)
    console.print(paired(found), markup=False)
    for side, trials in (("a", found.only_a), ("b", found.only_b)):
        for trial in trials:
            console.print(f"only in {side}, without a partner: {trial}", markup=False)
    moved = [each for each in found.contrasts if _moved(each)]
    if not found.differences and not moved:
        common = words.plural(len(found.common), "trial")
        if found.common:
            console.print(f"\nNo difference between the {common} that both have.")
        return
    if found.differences:
        _print_differences(console, found)
    for contrast in moved:
        _print_contrast(console, contrast)
    if moved:
        console.print(f"\n{compared.tested(found.tested)}", markup=False)
        console.print(METHOD, style="dim")


METHOD = (
    "Student's 95 % interval of the pairs' differences; with one pair over its "
    "samples, where both were measured on the same records and latents."
)


def paired(found: Comparison) -> str:
    """How many trials are paired, and by what."""
    common = words.plural(len(found.common), "pair")
    if not found.common:
        return "No trial of one is equal to a trial of the other in its axes."
    by = words.listed(found.shared)
    return f"{common} of trials, equal in {by}" if by else f"{common} of trials"


def _moved(contrast: Contrast) -> bool:
    """Whether any figure differs."""
    return any(f["difference"] or f["interval"] for f in contrast.figures.values())


def _print_differences(console: "Console", found: Comparison) -> None:
    """A row a difference; those that are the same in several trials, together."""
    rows: dict[tuple[str, str, str], list[Difference]] = {}
    for each in found.differences:
        rows.setdefault((each.name, show(each.a), show(each.b)), []).append(each)
    table = make_table("trial", "what", "a", "b")
    for (name, a, b), group in rows.items():
        every = len(group) == len(found.common) > 1
        trials = "every" if every else words.listed([each.trial for each in group])
        table.add_row(*map(plain, (trials, name, a, b)))
    console.print()
    console.print(table)


def _print_contrast(console: "Console", contrast: Contrast) -> None:
    """A row a figure: means of both runs, the difference, its interval."""
    pairs = words.plural(contrast.pairs, "pair")
    if any(f["over"] == "samples" for f in contrast.figures.values()):
        pairs += ", over its samples: it says nothing of other seeds"
    where = f" at {words.point(contrast.point)}" if contrast.point else ""
    console.print(f"\nb against a{where}: {pairs}", markup=False, style="bold")
    table = make_table("figure", "a", "b", "b \N{MINUS SIGN} a", "95 % interval", "")
    for column in table.columns[1:5]:
        column.justify = "right"
    for name in ordered(contrast.figures):
        figure = contrast.figures[name]
        row = (words.title(name), number(figure["from"]), number(figure["to"]))
        table.add_row(*map(plain, (*row, *_apart(figure))))
    console.print(table)


def _apart(figure: dict[str, Any]) -> tuple[str, str, str]:
    difference = words.signed(figure["difference"])
    interval = words.span(figure["interval"], words.signed)
    if figure["clear"]:
        return difference, interval, f"● {compared.way(figure)}".strip()
    return difference, interval, figure["why"] or ""
