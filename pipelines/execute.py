"""Plan -> run, stage by stage, on Beam.

What is cached is not made again. The other nodes of a stage are described in the store
and become the elements of one Beam job, or are worked through here if their component
is placed in the driver. Keys are computed as inputs become known, so a changed node
that makes the same content ends the recomputation. A node that fails takes only what
depends on it along; gathering stages go on with the trials that are left.
"""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from components.directory import Directory
from pipelines.execution.outcomes import Failure, Outcomes
from pipelines.execution.rows import Group, groups_of, in_rows
from pipelines.execution.task import ERROR, STARTED, TASK, Task, desk
from pipelines.plan import Node, Plan
from pipelines.planning.nodes import alike
from pipelines.storage.manifest import NodeRecord

log = logging.getLogger("ganopsy")


class Show(Protocol):
    """Where an execution tells what it does."""

    def say(self, line: str) -> None:
        """Show one line."""

    def add(self, key: str, label: str, work: Directory) -> None:
        """A node is in flight; its progress is in `work`."""

    def remove(self, key: str, line: str) -> None:
        """A node is no longer in flight; `line` says how it ended."""


def execute(plan: Plan, run: str, show: Show, log_file: str | None = None) -> Outcomes:
    """Run everything of a plan that is not cached.

    Args:
        plan: what to do.
        run: the run's id.
        show: told about each node.
        log_file: where worker processes of this machine write their noise.
    """
    return _Execution(plan, run, show, log_file).execute()


class _Execution:
    def __init__(self, plan: Plan, run: str, show: Show, log_file: str | None) -> None:
        self._plan = plan
        self._store = plan.store
        self._run = run
        self._show = show
        self._log_file = log_file
        self._outcomes = Outcomes()
        self._failures: dict[int, str] = {}

    def execute(self) -> Outcomes:
        stages: dict[str, list[Node]] = {}
        for node in self._plan.nodes:
            stages.setdefault(node.stage.name, []).append(node)
        for nodes in stages.values():
            self._stage(nodes)
        return self._outcomes

    def _stage(self, nodes: Sequence[Node]) -> None:
        """Bring all nodes of one stage to an end."""
        ready: dict[str, list[tuple[Node, NodeRecord]]] = {}
        for group in self._groups(nodes):
            cached = [self._store.cached(draft.key) for _, draft in group]
            for (node, draft), record in zip(group, cached, strict=True):
                if record is not None and None not in cached:
                    self._outcomes.records[node.id] = record
                    self._outcomes.cached.add(node.id)
                elif not self._plan.selected(node):
                    self._skip(node, "it is not selected, and no longer in the store")
                else:
                    # Nodes that differ only in what made their inputs share a key.
                    ready.setdefault(draft.key, []).append((node, draft))
        if not ready:
            return
        for shared in ready.values():
            self._describe(*shared[0])
        self._perform([shared[0] for shared in ready.values()])
        for key, shared in ready.items():
            for node, _ in shared:
                self._conclude(node, key)

    def _groups(self, nodes: Sequence[Node]) -> list[list[tuple[Node, NodeRecord]]]:
        """Those of the nodes that can run, with those that are done as one with them.

        If one of them is lost all are done again: alone it would come out otherwise.
        """
        groups: dict[str, list[tuple[Node, NodeRecord]]] = {}
        for node in nodes:
            draft = self._draft(node)
            if draft is not None:
                groups.setdefault(alike(draft), []).append((node, draft))
        return list(groups.values())

    def _draft(self, node: Node) -> NodeRecord | None:
        """A node's record but for its outputs; None if the node cannot run."""
        lost = self._lost(node)
        if lost:
            self._skip(node, lost)
            return None
        return self._plan.draft(node, self._outcomes.known, self._failures)

    def _lost(self, node: Node) -> str:
        """Why a node cannot run; empty if it can."""
        for name, references in node.inputs.items():
            if name in node.gathered:
                if len(self._failures) == len(self._plan.spec.trials):
                    return "every trial failed"
                continue
            for reference in references:
                cause = self._cause(reference.node)
                if cause:
                    return cause
        return ""

    def _cause(self, node_id: str) -> str:
        failure = self._outcomes.failed.get(node_id)
        if failure is not None:
            return f"{failure.stage} failed"
        return self._outcomes.skipped.get(node_id, "")

    def _skip(self, node: Node, why: str) -> None:
        self._outcomes.skipped[node.id] = why
        for trial in node.trials:
            if not node.gathered:
                self._failures.setdefault(trial, why)
        self._show.say(f"{node.id}: not run: {why}")

    def _describe(self, node: Node, draft: NodeRecord) -> None:
        """Write down all that a worker needs to know."""
        place = desk(self._store, draft.key, self._run)
        inputs = self._plan.inputs(node, self._outcomes.known, self._failures)
        assert inputs is not None
        task = Task(
            label=f"{self._plan.spec.name}:{node.id}",
            component=node.stage.reference,
            base=node.stage.base,
            params=dict(draft.params),
            seed=0 if node.seed is None else node.seed,
            inputs={
                n: [[o.type, o.digest] for o in made] for n, made in inputs.items()
            },
            run=None if draft.run is None else dict(draft.run),
            record=draft.to_json(),
        )
        place.write_json(TASK, task._asdict())
        self._show.add(draft.key, node.id, place)
        log.info("%s: key %s", node.id, draft.key)

    def _perform(self, ready: Sequence[tuple[Node, NodeRecord]]) -> None:
        """Work through described nodes, wherever their component is placed."""
        from pipelines.execution import jobs

        runner = self._plan.spec.runner
        component = ready[0][0].stage.component
        if component.placement == "worker":
            self._spread(groups_of(component, (draft for _, draft in ready)))
            return
        jobs.ship(component)
        for _, draft in ready:
            jobs.perform_here(
                runner, self._store.url, self._run, draft.key, self._log_file
            )

    def _spread(self, left: list[Group]) -> None:
        """Beam jobs of as many groups as go at once; another for what a death left."""
        from pipelines.execution import jobs

        runner = self._plan.spec.runner
        most = runner.nodes_at_once
        while left:
            now = left[:most]
            rows = in_rows(now, runner.parallel)
            cause = jobs.run_tasks(
                runner, self._store.url, self._run, rows, self._log_file
            )
            # A group stays whole: some of it alone would come out otherwise.
            undone = [group for group in now if not all(map(self._ended, group.keys))]
            begun = [
                group
                for group in undone
                if any(self._place(key).exists(STARTED) for key in group.keys)
            ]
            # Each round ends at least one node, so the rounds come to an end.
            for group in begun or list(undone):
                for key in group.keys:
                    if not self._ended(key):
                        self._place(key).write_json(ERROR, cause.values())
                undone.remove(group)
            left = undone + left[len(now) :]

    def _ended(self, key: str) -> bool:
        return self._place(key).exists(ERROR) or self._store.cached(key) is not None

    def _place(self, key: str) -> Directory:
        return desk(self._store, key, self._run)

    def _conclude(self, node: Node, key: str) -> None:
        """Take over what became of a node."""
        record = self._store.cached(key)
        if record is not None:
            self._outcomes.records[node.id] = record
            self._show.remove(key, f"{node.id}: done")
            return
        failure = self._failure(node, self._place(key))
        self._outcomes.failed[node.id] = failure
        for trial in node.trials:
            if not node.gathered:
                self._failures.setdefault(trial, failure.brief)
        line = f"{node.id}: failed: {failure.kind}: {failure.message}"
        self._show.remove(key, line)
        log.error("%s", failure)

    def _failure(self, node: Node, place: Directory) -> Failure:
        error: dict[str, Any] = {
            "type": "NoOutcome",
            "message": "the node left neither a result nor an error",
        }
        if place.exists(ERROR):
            error = place.read_json(ERROR)
        spec, stage = self._plan.spec, node.stage
        # Cases may state a stage in files of their own: the first trial's is named.
        position = spec.places(spec.trials[node.trials[0]]).get(stage.name)
        return Failure(
            node=node.id,
            stage=stage.name,
            component=stage.reference,
            trials=tuple(spec.trials[index].id for index in node.trials),
            kind=error["type"],
            message=error["message"],
            raised=error.get("raised", ""),
            where=f"{position.file}:{position.line}" if position else spec.path,
        )
