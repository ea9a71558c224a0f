"""Rows: which nodes one worker does one after another, and why that is quicker.

A process keeps what it compiled for its last training, and the next one that differs
in seed and records alone runs the same programs. To compile them takes longer than to
train a small GAN.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from components.component import Component
from pipelines.planning.nodes import alike
from pipelines.storage.manifest import NodeRecord


class Group(NamedTuple):
    """Keys of nodes that are done as one, mostly of one; `kind` is what groups have in
    common that share compiled code."""

    kind: str
    keys: list[str]


def groups_of(component: Component, drafts: Iterable[NodeRecord]) -> list[Group]:
    """The groups of nodes of a component, those of a kind side by side.

    A component that can do several seeds at once compiles the same for each.
    """
    kinds: dict[str, dict[str, Group]] = {}
    for draft in drafts:
        one = alike(draft)
        shared = component.over_seeds is not None
        kind = repr((draft.params, draft.fingerprint)) if shared else one
        groups = kinds.setdefault(kind, {})
        groups.setdefault(one, Group(kind, [])).keys.append(draft.key)
    return [group for groups in kinds.values() for group in groups.values()]


def in_rows(groups: Sequence[Group], parallel: int) -> list[list[Group]]:
    """Groups in rows of one kind that leave no worker without one.

    Args:
        groups: those of a kind side by side.
        parallel: how many are worked on at once; 0: nobody says, and each group is a
            row, so that none waits for another while a worker is idle.
    """
    most = -(-len(groups) // parallel) if parallel else 1
    rows = []
    for _, same in groupby(groups, attrgetter("kind")):
        kin = list(same)
        rows += [kin[start : start + most] for start in range(0, len(kin), most)]
    return rows
