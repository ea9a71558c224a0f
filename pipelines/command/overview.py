"""Tables of a plan and of past runs, for a person."""

import os
import sys
import webbrowser
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines.plan import Plan, State
from pipelines.runs import RunError, RunRecord, list_runs, load
from pipelines.storage.collect import collect
from pipelines.store import Store

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

STYLES = {"cached": "green", "run": "yellow", "unknown": "dim", "done": "green"}
STATES = {"cached": "cached", "run": "to run", "unknown": "not known yet"}


def make_table(*titles: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def print_plan(console: "Console", plan: Plan) -> None:
    """A row a node, in order: what feeds it, cached or not, and why."""
    states = plan.states()
    table = make_table("node", "fed by", "state", "reason", "key")
    for node in plan.nodes:
        state = states[node.id]
        feeds = ", ".join(dict.fromkeys(str(ref) for ref in node.stage.inputs.values()))
        chosen = "" if plan.selected(node) else " (not selected)"
        table.add_row(
            plain(node.id),
            feeds or "-",
            _colour(STATES[state.kind], state.kind) + chosen,
            plain(state.reason),
            (state.key or "")[:12],
        )
    console.print(table)
    console.print(_summary(plan, list(states.values())))


def _summary(plan: Plan, states: list[State]) -> str:
    counts = {kind: sum(s.kind == kind for s in states) for kind in STATES}
    shown = ", ".join(f"{n} {STATES[kind]}" for kind, n in counts.items() if n)
    trials = len(plan.spec.trials)
    return f"\n{len(states)} nodes of {trials} trials: {shown}."


def print_runs(console: "Console", store: Store) -> None:
    """A row a run, the newest first."""
    records = list_runs(store)
    if not records:
        console.print(f"No runs in {store.url} yet.")
        return
    table = make_table("run", "spec", "status", "trials", "started", "took")
    for record in records:
        table.add_row(
            record.id,
            plain(record.spec),
            _colour(record.status, record.status),
            str(len(record.trials)),
            record.started[:19].replace("T", " "),
            _took(record),
        )
    console.print(table)


def print_collected(store: Store, keep: int, days: float, dry_run: bool) -> str:
    """Collect garbage; say in one text what was removed."""
    found = collect(store, keep, timedelta(days=days), dry_run)
    lines = [f"{item.path}: {item.why}" for item in found.removed]
    if found.held_by:
        runs = ", ".join(found.held_by)
        lines.append(f"Artifacts were left alone: in progress: {runs}.")
    verb = "would be removed" if dry_run else "removed"
    size = f"{found.size / 1e6:,.1f} MB"
    lines.append(f"{store.url}: {len(found.removed)} items {verb}, {size}.")
    return "\n".join(lines)


def _took(record: RunRecord) -> str:
    if record.ended is None:
        return ""
    ended = datetime.fromisoformat(record.ended)
    seconds = (ended - datetime.fromisoformat(record.started)).total_seconds()
    return f"{seconds:.1f} s"


def report_path(store: Store, run: str) -> str:
    """Where a run's report is.

    Raises:
        RunError: if there is no such run, or it has no report.
    """
    record = load(store, run)
    folder = store.run_folder(record.id)
    for name in ("report.html", "report.json"):
        if folder.exists(name):
            return f"{folder.url}/{name}"
    raise RunError(
        f"Run {record.id} has no report. Expected a run that got as far as its report "
        f"stage. Received: one that is {record.status}. Run {record.path} again."
    )


def show(path: str) -> str:
    """Open a report in a browser where there is a display; its path."""
    local = "://" not in path
    if local and _has_display() and webbrowser.open(f"file://{path}"):
        return f"Opened {path}"
    return path


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _colour(text: str, kind: str) -> str:
    style = STYLES.get(kind, "red" if kind in ("failed", "crashed") else "")
    return f"[{style}]{text}[/]" if style else text


def plain(text: str) -> str:
    """Text in which rich sees no markup."""
    from rich.markup import escape

    return escape(text)
