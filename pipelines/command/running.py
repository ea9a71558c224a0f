"""`ganopsy run`: plan, execute, record, and say what came out."""

import contextlib
import logging
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from components.artifacts import Artifact
from pipelines import runs
from pipelines.command.verdict import (
    expectations_met,
    make_console,
    print_failures,
    print_verdicts,
)
from pipelines.execute import execute
from pipelines.execution import quiet
from pipelines.execution.interrupt import ends_at_once
from pipelines.execution.outcomes import Outcomes
from pipelines.execution.progress import Display
from pipelines.plan import Plan, Selection, make_plan
from pipelines.runs import NodeUse, TrialRecord
from pipelines.spec.model import Spec
from pipelines.store import Store, StoreError

if TYPE_CHECKING:
    from rich.console import Console

DONE, UNMET, FAILED = 0, 1, 3
LOG = "log.txt"
REPORT_FILES = ("report.html", "report.json", "report.md", "confusion.svg")

log = logging.getLogger("ganopsy")


def run_spec(
    spec: Spec, store: Store, selection: Selection, arguments: Sequence[str]
) -> int:
    """Run a spec and print the verdict.

    Args:
        spec: a valid spec.
        store: its store, opened.
        selection: which stages may run.
        arguments: of the command line; given again, they resume the run.

    Returns:
        the exit code.

    Raises:
        StoreError: if the runner's workers cannot reach the store.
        PlanError: if the selection makes no sense.
    """
    refusal = spec.runner.refuse(spec.store)
    if refusal:
        raise StoreError(refusal)
    plan = make_plan(spec, store, selection)
    return _Command(plan, shlex.join(["ganopsy", *arguments])).run()


class _Command:
    """One run from its first record to its last line."""

    def __init__(self, plan: Plan, again: str) -> None:
        self._plan = plan
        self._store = plan.store
        self._again = again
        self._began = time.monotonic()
        self._record = runs.begin(plan.store, plan.spec)
        self._folder = plan.store.run_folder(self._record.id)
        self._display: Display | None = None

    def run(self) -> int:
        with self._log_file() as log_file:
            outcomes = self._execute(log_file)
        report = self._report(outcomes)
        content = report.read_json("report.json") if report is not None else None
        failed = bool(outcomes.failed)
        self._finish(outcomes, report, "failed" if failed else "done")
        console = make_console()
        if content is not None:
            print_verdicts(console, content)
        self._print_end(console, outcomes, report)
        if failed:
            print_failures(console, list(outcomes.failed.values()), self._again)
            return FAILED
        return DONE if content is None or expectations_met(content) else UNMET

    @contextlib.contextmanager
    def _log_file(self) -> Iterator[str]:
        """A local log file; a store elsewhere gets it when the run ends."""
        if self._folder.is_local():
            yield self._folder.path(LOG)
            return
        with tempfile.TemporaryDirectory(prefix="ganopsy-") as folder:
            path = Path(folder) / LOG
            try:
                yield str(path)
            finally:
                if path.exists():
                    self._folder.upload(path, LOG)

    def _execute(self, log_file: str) -> Outcomes:
        quiet.apply_environment()
        drawn = sys.stdout.isatty()
        with (
            quiet.terminal_kept(log_file) as terminal,
            Display(terminal, drawn) as self._display,
            ends_at_once(self._interrupted),
        ):
            quiet.log_to(log_file)
            log.info("run %s: %s", self._record.id, self._again)
            try:
                return execute(self._plan, self._record.id, self._display, log_file)
            except BaseException as error:
                log.exception("the run ended unexpectedly")
                runs.finish(self._store, self._record, "failed", message=str(error))
                raise

    def _interrupted(self) -> None:
        """Last words of a run that a signal ends."""
        if self._display is not None:
            self._display.close()
            self._display.say(f"\nInterrupted. Resume with: {self._again}")
        runs.finish(self._store, self._record, "interrupted")

    def _report(self, outcomes: Outcomes) -> Artifact | None:
        """The last report that the run made or found."""
        for name in reversed([node.id for node in self._plan.nodes]):
            record = outcomes.records.get(name)
            for output in record.outputs.values() if record else ():
                if output.type == "report":
                    return self._store.get("report", output.digest)
        return None

    def _finish(self, outcomes: Outcomes, report: Artifact | None, status: str) -> None:
        """Write the run down, the report beside it for people."""
        self._record = replace(self._record, trials=self._trials(outcomes))
        digest = report.digest if report is not None else None
        messages = "; ".join(str(failure) for failure in outcomes.failed.values())
        if report is not None:
            names = set(report.names())
            for name in names.intersection(REPORT_FILES):
                self._folder.write_bytes(name, report.read_bytes(name))
        runs.finish(self._store, self._record, status, digest, messages)

    def _trials(self, outcomes: Outcomes) -> tuple[TrialRecord, ...]:
        uses: list[dict[str, NodeUse]] = [{} for _ in self._plan.spec.trials]
        failed: dict[int, str] = {}
        for node in self._plan.nodes:
            record = outcomes.records.get(node.id)
            failure = outcomes.failed.get(node.id)
            for index in node.trials:
                if record is not None:
                    cached = node.id in outcomes.cached
                    use = NodeUse(record.key, dict(record.outputs), cached)
                    uses[index][node.stage.name] = use
                if failure is not None:
                    failed.setdefault(index, failure.brief)
        return tuple(
            TrialRecord(trial.id, dict(trial.point), uses[trial.index], failed.get(i))
            for i, trial in enumerate(self._plan.spec.trials)
        )

    def _print_end(
        self, console: "Console", outcomes: Outcomes, report: Artifact | None
    ) -> None:
        made = len(outcomes.records) - len(outcomes.cached)
        seconds = time.monotonic() - self._began
        console.print(
            f"\nRun {self._record.id}: {made} made, {len(outcomes.cached)} cached, "
            f"{len(outcomes.failed)} failed, {len(outcomes.skipped)} not run, "
            f"{seconds:.1f} s",
            markup=False,
        )
        if report is not None:
            name = "report.html" if report.exists("report.html") else "report.json"
            console.print(f"Report: {self._shown(name)}", markup=False)
        if made or outcomes.failed:
            console.print(f"Log: {self._shown(LOG)}", markup=False)

    def _shown(self, name: str) -> str:
        """A file of the run's folder as a person would type it."""
        if not self._folder.is_local():
            return f"{self._folder.url}/{name}"
        path = Path(self._folder.path(name))
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path)
