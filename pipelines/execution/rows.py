"""Rows: which nodes one worker does one after another, and why that is quicker.

A process keeps what it compiled for its last training, and the next one that differs
in seed and records alone runs the same programs. To compile them takes longer than to
train a small GAN.
"""

from collections.abc import Sequence

from components.component import Component
from pipelines.planning.nodes import alike
from pipelines.storage.manifest import NodeRecord


def akin(component: Component, draft: NodeRecord) -> str:
    """What nodes have in common that share compiled code; of others, what is theirs.

    A component that can do several seeds at once compiles the same for each.
    """
    if component.over_seeds is None:
        return alike(draft)
    return repr((draft.params, draft.fingerprint))


def in_rows(
    groups: Sequence[Sequence[str]], kinds: Sequence[int], parallel: int
) -> list[list[Sequence[str]]]:
    """Groups of nodes, those of a kind in rows that leave no worker without one.

    Args:
        groups: those of a kind side by side.
        kinds: of each group.
        parallel: how many are worked on at once; 0: nobody says, and each group is a
            row, so that none waits for another while a worker is idle.
    """
    most = -(-len(groups) // parallel) if parallel else 1
    rows: list[list[Sequence[str]]] = []
    last = None
    for group, kind in zip(groups, kinds, strict=True):
        if not rows or kind != last or len(rows[-1]) == most:
            rows.append([])
        rows[-1].append(group)
        last = kind
    return rows
