"""Nodes: one stage of the trials for which nothing about it differs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.directory import canonical_json
from components.parts import Params
from pipelines.planning.closure import closure_digest, source_closure
from pipelines.planning.runinfo import plain_params
from pipelines.spec.model import Spec, Stage, Trial
from pipelines.storage.manifest import NodeRecord

KEY_VERSION = 1
"""Part of every key; to be raised when what keys are computed from changes."""


@dataclass(frozen=True)
class NodeOutput:
    """An output of a node."""

    node: str
    output: str


@dataclass(frozen=True)
class Node:
    """One stage of one or more trials.

    Attributes:
        id: readable and unique in a plan: `split`, `train[seed=0]`.
        stage, params, seed: what is to be done; seed None where it does not matter.
        trials: indices of the trials that share the node.
        inputs: input -> the outputs that feed it: one, or, gathered, one for every
            trial of the spec, in order.
        gathered: names of the inputs that are gathered.
        closure, fingerprint: see `pipelines.planning.closure` and `Component`.
        seeds: of the nodes that are done as one with it, its own included; empty where
            it is done by itself. They are part of its key: in one program the last bits
            of a result depend on what else is computed.
    """

    id: str
    stage: Stage
    params: Params
    seed: int | None
    trials: tuple[int, ...]
    inputs: Mapping[str, tuple[NodeOutput, ...]]
    gathered: frozenset[str]
    closure: Mapping[str, str]
    fingerprint: str | None
    seeds: tuple[int, ...] = ()

    def upstream(self) -> tuple[str, ...]:
        """Ids of the nodes that feed this one, each once."""
        feeds = (output.node for refs in self.inputs.values() for output in refs)
        return tuple(dict.fromkeys(feeds))


def make_nodes(spec: Spec) -> tuple[Node, ...]:
    """All nodes of a spec, in topological order; equal ones merged."""
    nodes: list[Node] = []
    owner: dict[tuple[str, int], str] = {}
    for stage in spec.stages.values():
        made = list(_stage_nodes(spec, stage, owner))
        for node in made:
            owner |= {(stage.name, trial): node.id for trial in node.trials}
        nodes += made
    return tuple(nodes)


def _stage_nodes(
    spec: Spec, stage: Stage, owner: Mapping[tuple[str, int], str]
) -> Iterator[Node]:
    component = stage.component
    gathered = {name for name in stage.inputs if component.inputs[name].gathered}
    closure = source_closure(component, stage.base)
    # Made once: for each trial, all trials over again would be the square of them.
    everything = {
        name: tuple(
            NodeOutput(owner[reference.stage, trial.index], reference.output)
            for trial in spec.trials
        )
        for name, reference in stage.inputs.items()
        if name in gathered
    }
    groups: dict[bytes, Node] = {}
    for trial in spec.trials:
        node = Node(
            id="",
            stage=stage,
            params=trial.params[stage.name],
            seed=_seed(spec, stage, trial, bool(gathered)),
            trials=(trial.index,),
            inputs={
                name: everything.get(name)
                or (NodeOutput(owner[reference.stage, trial.index], reference.output),)
                for name, reference in stage.inputs.items()
            },
            gathered=frozenset(gathered),
            closure=closure,
            fingerprint=None,
        )
        identity = _identity(node)
        known = groups.get(identity)
        if known is not None:
            node = replace(known, trials=(*known.trials, trial.index))
        groups[identity] = node
    fingerprint = component.fingerprint
    together: dict[bytes, list[int]] = {}
    for node in groups.values():
        if node.seed is not None and component.as_one(node.params):
            together.setdefault(_identity(replace(node, seed=None)), []).append(
                node.seed
            )
    for node in groups.values():
        read = None if fingerprint is None else fingerprint(node.params)
        seeds = together.get(_identity(replace(node, seed=None)), [])
        yield replace(
            node,
            id=_label(spec, node),
            fingerprint=read,
            seeds=tuple(sorted(seeds)),
        )


def _seed(spec: Spec, stage: Stage, trial: Trial, gathers: bool) -> int | None:
    """The seed of a node; one that gathers all trials has none of a trial's."""
    if not stage.component.uses_seed:
        return None
    return spec.seed if gathers else trial.seed


def _identity(node: Node) -> bytes:
    """What tells nodes of a stage apart; all are fed the same where they gather."""
    feeds = {
        name: [[ref.node, ref.output] for ref in refs]
        for name, refs in node.inputs.items()
        if name not in node.gathered
    }
    return canonical_json([plain_params(node.params), node.seed, feeds])


def _label(spec: Spec, node: Node) -> str:
    if len(node.trials) == len(spec.trials):
        return node.stage.name
    first = spec.trials[node.trials[0]].id
    more = len(node.trials) - 1
    return f"{node.stage.name}[{first}{f' +{more}' if more else ''}]"


def node_key(
    node: Node,
    digests: Mapping[str, tuple[str, ...]],
    run: Mapping[str, Any] | None = None,
) -> str:
    """A node's key, hex.

    Args:
        node: the node.
        digests: input -> digests of the artifacts.
        run: the run's description as JSON values, for a component that asks for it.
    """
    material = {
        "version": KEY_VERSION,
        "component": node.stage.component.name,
        "closure": closure_digest(node.closure),
        "params": plain_params(node.params),
        "fingerprint": node.fingerprint,
        "seed": node.seed,
        "inputs": {name: list(given) for name, given in digests.items()},
        "run": run,
    }
    if node.seeds:
        material["seeds"] = list(node.seeds)
    return hashlib.sha256(canonical_json(material)).hexdigest()


def draft_record(
    spec: Spec,
    node: Node,
    digests: Mapping[str, tuple[str, ...]],
    run: Mapping[str, Any] | None = None,
) -> NodeRecord:
    """A node's record but for its outputs."""
    return NodeRecord(
        key=node_key(node, digests, run),
        outputs={},
        spec=spec.name,
        stage=node.stage.name,
        points=tuple(dict(spec.trials[index].point) for index in node.trials),
        component=node.stage.component.name,
        closure=dict(node.closure),
        params=plain_params(node.params),
        fingerprint=node.fingerprint,
        seed=node.seed,
        seeds=node.seeds,
        run=run,
        inputs=dict(digests),
        sources={name: str(ref) for name, ref in node.stage.inputs.items()},
    )


def alike(record: NodeRecord) -> str:
    """What nodes that are done as one have in common; of any other node its key."""
    if not record.seeds:
        return record.key
    return repr((record.params, record.fingerprint, record.inputs, record.seeds))
