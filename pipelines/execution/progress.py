"""Progress: workers write it to the store, the driver reads and shows it.

A worker knows nothing of the terminal: it keeps a `progress.json` current. The
driver polls the files of the nodes in flight and draws bars on a terminal, or prints a
line every few seconds where there is none.
"""

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from components.directory import Directory

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

FILE = "progress.json"
ENDED = "ended.json"
WRITE_EVERY = 0.5
"""Seconds between two writes of a worker."""
POLL_EVERY = 0.5
"""Seconds between two polls of the driver."""
LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


class Writer:
    """A component's progress, kept current in its node's folder.

    Args:
        work: where to write `progress.json`.
    """

    def __init__(self, work: Directory) -> None:
        self._work = work
        self._written = 0.0
        self._first: tuple[float, int] | None = None

    def __call__(
        self, step: int, total: int, fields: Mapping[str, float | str]
    ) -> None:
        now = time.time()
        if self._first is None:
            self._first = (now, step)
        if now - self._written < WRITE_EVERY and step < total:
            return
        self._written = now
        began, first = self._first
        speed = (step - first) / (now - began) if now > began else 0.0
        self._write(step, total, speed, fields)

    def begin(self) -> None:
        """Say that work has begun; how much there is, is not known yet."""
        self._write(0, 0, 0.0, {})

    def _write(
        self, step: int, total: int, speed: float, fields: Mapping[str, float | str]
    ) -> None:
        values = {"step": step, "total": total, "speed": speed, "fields": dict(fields)}
        # Progress must not fail what it reports on.
        with contextlib.suppress(OSError):
            self._work.write_json(FILE, values)


@dataclass
class Item:
    """One node in flight, as the driver shows it."""

    label: str
    work: Directory
    step: int = 0
    total: int = 0
    speed: float = 0.0
    fields: Mapping[str, Any] = field(default_factory=dict)
    begun: bool = False
    ended: str = ""

    def poll(self) -> None:
        """Read what the worker wrote last."""
        with contextlib.suppress(OSError, ValueError):
            content = self.work.read_json(FILE)
            self.begun = True
            self.step, self.total = int(content["step"]), int(content["total"])
            self.speed = float(content["speed"])
            self.fields = content["fields"]
        with contextlib.suppress(OSError, ValueError):
            self.ended = str(self.work.read_json(ENDED))

    def figures(self) -> str:
        """Speed and the component's own figures, in a few characters."""
        own = self.speed and "steps/s" not in self.fields
        parts = [f"{self.speed:,.0f} steps/s"] if own else []
        for name, value in self.fields.items():
            shown = f"{value:.3g}" if isinstance(value, float) else str(value)
            parts.append(f"{name} {shown}")
        return "  ".join(parts)

    def line(self) -> str:
        """Everything in one plain line."""
        if not self.total:
            return f"{self.label}: at work"
        left = (self.total - self.step) / self.speed if self.speed else None
        rest = f", {left:.0f} s left" if left is not None else ""
        figures = f", {self.figures()}" if self.figures() else ""
        return f"{self.label}: step {self.step:,} of {self.total:,}{figures}{rest}"


class Display:
    """Shows the nodes in flight, from a thread of its own, while it is entered.

    Args:
        terminal: where to write.
        drawn: whether bars are drawn; otherwise plain lines are printed.
    """

    def __init__(self, terminal: TextIO, drawn: bool) -> None:
        self._terminal = terminal
        self._drawn = drawn
        self._items: dict[str, Item] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._bars: _Bars | None = None
        self._last_line = time.monotonic()

    def __enter__(self) -> "Display":
        if self._drawn:
            self._bars = _Bars(self._terminal)
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop drawing; leave the cursor on a fresh line."""
        self._stop.set()
        with self._lock:
            if self._bars is not None:
                self._bars.close()
                self._bars = None

    def say(self, line: str) -> None:
        """Print one line above the bars."""
        with self._lock:
            if self._bars is not None:
                self._bars.say(line)
            else:
                self._terminal.write(line + "\n")
                self._terminal.flush()

    def add(self, key: str, label: str, work: Directory) -> None:
        with self._lock:
            self._items[key] = Item(label, work)

    def remove(self, key: str, line: str) -> None:
        """Show a node no longer, but a last line, unless that has been said."""
        with self._lock:
            known = self._items.pop(key, None)
            if self._bars is not None:
                self._bars.remove(key)
        if known is not None:
            self.say(line)

    def _loop(self) -> None:
        while not self._stop.wait(POLL_EVERY):
            with self._lock:
                items = dict(self._items)
            for item in items.values():
                item.poll()
            for key, item in items.items():
                if item.ended:
                    self.remove(key, f"{item.label}: {item.ended}")
            self._show({key: i for key, i in items.items() if i.begun and not i.ended})

    def _show(self, items: Mapping[str, Item]) -> None:
        with self._lock:
            if self._bars is not None:
                self._bars.update(
                    {key: item for key, item in items.items() if key in self._items}
                )
                return
        if time.monotonic() - self._last_line < LINE_EVERY:
            return
        self._last_line = time.monotonic()
        for item in items.values():
            self.say("  " + item.line())


class _Bars:
    """rich's progress bars: one for every node in flight that has started."""

    def __init__(self, terminal: TextIO) -> None:
        from rich.console import Console

        self._progress = _progress(Console(file=terminal, force_terminal=True))
        self._tasks: dict[str, TaskID] = {}
        self._progress.start()

    def say(self, line: str) -> None:
        self._progress.console.print(line, highlight=False, markup=False)

    def update(self, items: Mapping[str, Item]) -> None:
        from rich.markup import escape

        for key, item in items.items():
            if key not in self._tasks:
                self._tasks[key] = self._progress.add_task(
                    escape(item.label), total=None, figures=""
                )
            self._progress.update(
                self._tasks[key],
                completed=item.step,
                total=item.total or None,
                figures=escape(item.figures()),
            )

    def remove(self, key: str) -> None:
        if key in self._tasks:
            self._progress.remove_task(self._tasks.pop(key))

    def close(self) -> None:
        for key in list(self._tasks):
            self.remove(key)
        self._progress.stop()


def _progress(console: Any) -> "Progress":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}", style="dim"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # What components print goes to the log, as descriptors 1 and 2 do.
        redirect_stdout=False,
        redirect_stderr=False,
    )
