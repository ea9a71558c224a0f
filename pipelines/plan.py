"""Spec -> Plan: what there is to do, what is cached already, and why the rest is not.

A node's key needs the digests of its inputs, so it is known only when what feeds it is
cached or done. Planning goes as far as the store allows; execution asks again, with
`Plan.cached`, as digests become known. An input that was made again with equal content
has its old digest, and everything after it is cached (early cutoff).
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from components.run import RunInfo
from pipelines.planning import closure
from pipelines.planning.nodes import (
    Node,
    NodeOutput,
    alike,
    draft_record,
    make_nodes,
    node_key,
)
from pipelines.planning.reasons import History, input_changes, own_changes
from pipelines.planning.runinfo import Failures, run_info
from pipelines.planning.selection import PlanError, Selection, dependencies
from pipelines.spec.model import Spec
from pipelines.storage.manifest import NodeRecord, Output, Producer
from pipelines.store import Store

__all__ = [
    "Failures",
    "Known",
    "Node",
    "NodeOutput",
    "Plan",
    "PlanError",
    "Selection",
    "State",
    "make_plan",
    "node_key",
]

Known = Mapping[str, Mapping[str, Output]]
"""Node id -> output name -> the committed artifact."""

NO_FAILURES: Failures = {}
IMPORTS = "imports.json"
"""What modules import, kept in the store; may be removed at any time."""

log = logging.getLogger("ganopsy")


@dataclass(frozen=True)
class State:
    """What will become of a node.

    Attributes:
        kind: `cached`; `run`: its inputs are known and it is not cached; `unknown`
            until what feeds it has run.
        reason: why it is not cached, in words.
        key: None while unknown.
        outputs: of a cached node; empty for the others.
    """

    kind: Literal["cached", "run", "unknown"]
    reason: str = ""
    key: str | None = None
    outputs: Mapping[str, Output] = field(default_factory=dict)


class Plan:
    """The nodes of a spec, and what the store holds of them.

    Attributes:
        spec, store: what was planned, and against which store.
        nodes: in topological order, those of the selection and what feeds them.
    """

    def __init__(
        self, spec: Spec, store: Store, nodes: tuple[Node, ...], selected: set[str]
    ) -> None:
        self.spec = spec
        self.store = store
        self.nodes = nodes
        self._selected = selected
        self._by_id = {node.id: node for node in nodes}
        self._runs: dict[tuple[str, tuple[tuple[int, str], ...]], dict[str, Any]] = {}
        self._states: dict[str, State] | None = None

    def node(self, node_id: str) -> Node:
        return self._by_id[node_id]

    def selected(self, node: Node) -> bool:
        """Whether a node may be run; the others are only ever used as cached."""
        return node.stage.name in self._selected

    def inputs(
        self, node: Node, known: Known, failures: Failures = NO_FAILURES
    ) -> dict[str, tuple[Output, ...]] | None:
        """The artifacts that feed a node; None if one of them is not known yet.

        Failed trials are left out of gathered inputs.
        """
        found: dict[str, tuple[Output, ...]] = {}
        for name, references in node.inputs.items():
            if name in node.gathered:
                pairs = zip(self.spec.trials, references, strict=True)
                references = tuple(r for t, r in pairs if t.index not in failures)
            if any(ref.output not in known.get(ref.node, {}) for ref in references):
                return None
            found[name] = tuple(known[ref.node][ref.output] for ref in references)
        return found

    def run(self, node: Node, failures: Failures = NO_FAILURES) -> RunInfo | None:
        """The run's description, for a node whose component asks for it."""
        if not node.stage.component.uses_run:
            return None
        return run_info(self.spec, node.stage, failures)

    def draft(
        self, node: Node, known: Known, failures: Failures = NO_FAILURES
    ) -> NodeRecord | None:
        """A node's record but for its outputs; None if an input is not known yet."""
        inputs = self.inputs(node, known, failures)
        if inputs is None:
            return None
        digests = {n: tuple(o.digest for o in given) for n, given in inputs.items()}
        return draft_record(self.spec, node, digests, self._run_json(node, failures))

    def key(
        self, node: Node, known: Known, failures: Failures = NO_FAILURES
    ) -> str | None:
        """A node's key; None if an input is not known yet."""
        draft = self.draft(node, known, failures)
        return None if draft is None else draft.key

    def cached(
        self, node: Node, known: Known, failures: Failures = NO_FAILURES
    ) -> NodeRecord | None:
        """The record of a node that need not run: all of its outputs are present."""
        key = self.key(node, known, failures)
        return None if key is None else self.store.cached(key)

    def record(
        self,
        node: Node,
        known: Known,
        outputs: Mapping[str, Output],
        failures: Failures = NO_FAILURES,
    ) -> NodeRecord:
        """The record of a node that is done, to be given to `Store.record`.

        Raises:
            PlanError: if an input of the node is not known.
        """
        draft = self.draft(node, known, failures)
        if draft is None:
            raise PlanError(f"Node {node.id} is done, but its inputs are not known.")
        return replace(draft, outputs=dict(outputs))

    def producer(self, node: Node, key: str) -> Producer:
        """Who makes a node's artifacts, for their manifests."""
        address = f"{self.spec.name}:{node.id}"
        return Producer(key, address, node.stage.component.name)

    def states(self) -> dict[str, State]:
        """The state of every node, by id, as the store was when first asked."""
        if self._states is None:
            self._states = _Survey(self).states
        return self._states

    def state(self, node: Node) -> State:
        return self.states()[node.id]

    def _run_json(self, node: Node, failures: Failures) -> dict[str, Any] | None:
        if not node.stage.component.uses_run:
            return None
        about = (node.stage.name, tuple(sorted(failures.items())))
        if about not in self._runs:
            values = asdict(run_info(self.spec, node.stage, failures))
            # Tuples become lists, as they will be when the record is read back.
            self._runs[about] = json.loads(json.dumps(values))
        return self._runs[about]


def make_plan(spec: Spec, store: Store, selection: Selection | None = None) -> Plan:
    """Plan a spec against a store.

    Args:
        spec: a valid spec.
        store: where to look for what is cached.
        selection: which stages may run; all of them by default.

    Raises:
        PlanError: if the selection names no stages, or leaves out a stage that is
            needed and not cached.
    """
    chosen = (selection or Selection()).stages(spec)
    needed = set[str]().union(*(dependencies(spec, stage) for stage in chosen))
    with _remembering(store):
        nodes = make_nodes(spec)
    nodes = tuple(node for node in nodes if node.stage.name in needed)
    plan = Plan(spec, store, nodes, chosen)
    if chosen != needed:
        _check_cached(plan)
    return plan


@contextmanager
def _remembering(store: Store) -> Iterator[None]:
    """Keep what modules import with a store on this machine: parsing takes longest."""
    if not store.files.local:
        yield
        return
    try:
        closure.remember(json.loads(store.files.read(IMPORTS)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        log.debug("no usable %s", IMPORTS)
    before = len(closure.remembered()["modules"])
    yield
    content = closure.remembered()
    if len(content["modules"]) > before and store.files.exists(""):
        with suppress(OSError):
            store.files.write(IMPORTS, json.dumps(content).encode())


def _check_cached(plan: Plan) -> None:
    for node in plan.nodes:
        state = plan.state(node)
        if not plan.selected(node) and state.kind != "cached":
            raise PlanError(
                f"Stage `{node.stage.name}` is not selected, but a selected stage "
                f"needs it. Expected it in the store {plan.store.url}. Received: "
                f"{node.id} is not cached ({state.reason}). Leave --from and --only "
                f"away, or run with --to {node.stage.name} first."
            )


class _Survey:
    """Goes through a plan once, in order, as far as the store allows."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._history = History(plan.store)
        self.states: dict[str, State] = {}
        stages: dict[str, list[Node]] = {}
        for node in plan.nodes:
            stages.setdefault(node.stage.name, []).append(node)
        for nodes in stages.values():
            self._stage(nodes)

    def _stage(self, nodes: list[Node]) -> None:
        """All nodes of a stage; those that are done as one share a fate."""
        known = {i: s.outputs for i, s in self.states.items() if s.kind == "cached"}
        groups: dict[str, list[Node]] = {}
        for node in nodes:
            draft = self._plan.draft(node, known)
            self.states[node.id] = self._state(node, draft)
            if draft is not None and draft.seeds:
                groups.setdefault(alike(draft), []).append(node)
        for group in groups.values():
            lost = [each for each in group if self.states[each.id].kind != "cached"]
            for node in group if lost else []:
                state = self.states[node.id]
                if state.kind == "cached":
                    reason = f"done as one with {lost[0].id}, which is not cached"
                    self.states[node.id] = State("run", reason, state.key)

    def _state(self, node: Node, draft: NodeRecord | None) -> State:
        if draft is None:
            return State("unknown", self._waiting(node))
        record = self._plan.store.lookup(draft.key)
        if record is None:
            return State("run", self._why(draft), draft.key)
        for output in record.outputs.values():
            if not self._plan.store.present(output.type, output.digest):
                gone = f"artifact is gone: {output.type} {output.digest[:12]}"
                return State("run", gone, draft.key)
        return State("cached", "", draft.key, record.outputs)

    def _why(self, draft: NodeRecord) -> str:
        last = self._history.last(draft.spec, draft.stage, draft.points)
        if last is None:
            return "never run"
        reasons = own_changes(last, draft) + input_changes(last, draft)
        return "; ".join(reasons) or "made by another version of ganopsy"

    def _waiting(self, node: Node) -> str:
        """What a node waits for, and what is known to differ already."""
        feeds = [
            self._plan.node(i).stage.name
            for i in node.upstream()
            if self.states[i].kind != "cached"
        ]
        reasons = [f"waits for {', '.join(dict.fromkeys(feeds))}"]
        digests: dict[str, tuple[str, ...]] = {}
        run = self._plan._run_json(node, NO_FAILURES)
        draft = draft_record(self._plan.spec, node, digests, run)
        last = self._history.last(draft.spec, draft.stage, draft.points)
        reasons += own_changes(last, draft) if last is not None else ["never run"]
        return "; ".join(reasons)
