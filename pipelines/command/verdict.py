"""What a person reads at the end of a run: verdicts, causes, and what to change."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from components.report.confusion_view import lines
from components.report.measured import agreement
from components.report.prescriptions import command, scalar

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.execution.outcomes import Failure

WIDE = 200
"""Columns of tables that are not read on a terminal."""

STYLES = {"healthy": "green", "failed": "red", "undetermined": "yellow"}


def make_console() -> "Console":
    """A console on standard output; wide where that is no terminal, so that nothing
    is folded on the way to a file."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDE
    return Console(highlight=False, width=width)


def print_verdicts(console: "Console", report: Mapping[str, Any]) -> None:
    """A row a trial, each prescription once, the expectations, and what was found
    for what is known beforehand."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("trial", "verdict", "symptom", "cause"):
        table.add_column(title, overflow="fold")
    for trial in report["trials"]:
        style = STYLES.get(trial["verdict"], "")
        table.add_row(
            escape(str(trial["id"])),
            f"[{style}]{trial['verdict']}[/]" if style else said(trial),
            top(trial.get("symptoms", [])),
            top(trial.get("causes", [])),
        )
    console.print()
    console.print(table)
    changes = list(dict.fromkeys(_changes(report["trials"])))
    if changes:
        console.print("\n[bold]What to change[/]")
    for change in changes:
        console.print("  " + change, soft_wrap=True, highlight=False, markup=False)
    _print_expectations(console, report.get("expectations", []))
    found = lines(report)
    if found:
        console.print("\n[bold]Confusion matrix[/]")
    for line in found:
        console.print("  " + line, soft_wrap=True, highlight=False, markup=False)


def said(trial: Mapping[str, Any]) -> str:
    """A verdict in words; of measured figures, how many agree with theory.

    Of those beside a paper's, which agree with nothing by rule, the figures.
    """
    figures = trial.get("measurements", {})
    good, total = agreement([trial] if figures else [])
    if total:
        return f"{trial['verdict']}: {good} of {total} agree"
    read = [
        f"{name} {one['measured']:.3g}"
        for name, one in figures.items()
        if one.get("published") and one["measured"] is not None
    ]
    return f"{trial['verdict']}: {', '.join(read)}" if read else str(trial["verdict"])


def top(claims: Sequence[Mapping[str, Any]]) -> str:
    """The first of some symptoms or causes, and how many more there are."""
    if not claims:
        return "-"
    first = claims[0]
    weight = first.get("confidence", first.get("severity"))
    shown = f" {weight:.2f}" if isinstance(weight, float | int) else ""
    more = f" (+{len(claims) - 1})" if len(claims) > 1 else ""
    return f"{first['id']}{shown}{more}"


def _changes(trials: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line for the top prescription of every trial's top cause."""
    lines = []
    for trial in trials:
        for cause in trial.get("causes", [])[:1]:
            several = cause.get("prescriptions") or []
            prescription = cause.get("prescription") or (several and several[0])
            if prescription and prescription.get("set"):
                where = prescription.get("where")
                place = f"   ({where})" if where else ""
                words = prescription.get("command") or command(prescription["set"])
                unsure = trial.get("verdict") == "undetermined"
                name = f"{cause['id']}{' (not determined)' if unsure else ''}"
                lines.append(f"{name}: {words}{place}")
    return lines


def _print_expectations(
    console: "Console", expectations: Sequence[Mapping[str, Any]]
) -> None:
    if not expectations:
        return
    met = sum(bool(entry["met"]) for entry in expectations)
    console.print(f"\n[bold]Expectations[/] {met} of {len(expectations)} met")
    for entry in expectations:
        if not entry["met"]:
            when = ", ".join(f"{k}={scalar(v)}" for k, v in entry["when"].items())
            line = f"  unmet: {when or 'all trials'}: {entry.get('detail', '')}"
            console.print(line, soft_wrap=True, highlight=False, markup=False)


def expectations_met(report: Mapping[str, Any]) -> bool:
    return all(bool(entry["met"]) for entry in report.get("expectations", []))


def print_failures(
    console: "Console", failures: "Sequence[Failure]", again: str
) -> None:
    """Every cause, and the command that resumes."""
    console.print("\n[bold red]Failed[/]")
    for failure in failures:
        console.print(f"  {failure}", soft_wrap=True, highlight=False, markup=False)
    console.print("\nWhat is finished stays. Resume with:")
    console.print(f"  {again}", soft_wrap=True, highlight=False, markup=False)
