"""`extends`: a spec merged over another one, any number of times.

Mappings are merged key by key; everything else, lists too, is replaced whole. Where a
part's `kind` or a stage's `component` changes, the mapping is replaced whole as well:
the other keys belonged to the old kind.
"""

from typing import Any

from components.component import BUILTIN
from pipelines.spec.errors import ExtendsError, TextError
from pipelines.spec.files import locate
from pipelines.spec.nodes import Node, show
from pipelines.spec.reader import Sources

CHOOSERS = ("kind", "component")


def read_spec(path: str, sources: Sources) -> Node:
    """A spec with everything that it extends merged under it.

    Raises:
        SpecError: if a file cannot be read, is no mapping, or extends itself.
    """
    return _read(path, sources, (), None)


def _read(
    path: str, sources: Sources, chain: tuple[str, ...], stated: Node | None
) -> Node:
    if path in chain:
        shown = " → ".join([*chain[chain.index(path) :], path])
        assert stated is not None
        raise ExtendsError(
            stated.position,
            "extends",
            f"A spec that extends itself: {shown}",
            "a chain that ends",
        )
    try:
        node = sources.read_file(path, stated.position if stated else None)
    except TextError as error:
        if stated is not None and error.position == stated.position:
            raise ExtendsError(
                error.position,
                "extends",
                error.problem,
                error.expected,
                show(stated),
                error.near,
            ) from error
        raise
    check_mapping(node)
    base = node.mapping.get("extends")
    if base is None or base.value is None:
        return node
    if not isinstance(base.value, str):
        raise ExtendsError(
            base.position, "extends", "Wrong type", "the path of a spec", show(base)
        )
    below = _read(locate(base.value, base.position), sources, (*chain, path), base)
    return merge(below, node)


def check_mapping(node: Node) -> None:
    """Refuse a file that is empty or not a mapping.

    Raises:
        TextError: if it is.
    """
    wanted = "a mapping with `name` and `stages`"
    if node.value is None:
        raise TextError(node.position, "", "The file is empty", wanted)
    if not isinstance(node.value, dict):
        raise TextError(node.position, "", "Not a mapping", wanted, show(node))


def merge(below: Node, above: Node, *, keep: bool = False) -> Node:
    """`above` merged over `below`.

    Args:
        below, above: what is merged.
        keep: whether mappings that both state stand where `below` states them; by
            default they stand where `above` does.
    """
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    for key in CHOOSERS:
        old, new = below.value.get(key), above.value.get(key)
        if old is not None and new is not None and not same_choice(key, old, new):
            return above
    values, keys = dict(below.value), {**below.keys, **above.keys}
    for key, node in above.value.items():
        old = values.get(key)
        values[key] = node if old is None else merge(old, node, keep=keep)
        if keep and old is not None and values[key] is not node:
            keys[key] = below.keys[key]
    return Node(values, below.position if keep else above.position, keys=keys)


def same_choice(key: str, old: Node, new: Node) -> bool:
    """Whether two choosers name the same, whichever way a component is written."""
    return old.value == new.value or (
        key == "component" and _reference(old) == _reference(new)
    )


def _reference(node: Node) -> Any:
    """`train` is `components.train.stage:train`."""
    name = node.value
    return f"components.{name}.stage:{name}" if name in BUILTIN else name


def without_nulls(node: Node) -> Node:
    """The spec with its empty keys dropped: how a spec drops what its base states."""
    kept = {
        key: child for key, child in node.mapping.items() if child.value is not None
    }
    stages = kept.get("stages")
    if stages is not None and isinstance(stages.value, dict):
        inner = {
            name: _stage(stage)
            for name, stage in stages.mapping.items()
            if stage.value is not None
        }
        kept["stages"] = Node(inner, stages.position, keys=stages.keys)
    return Node(kept, node.position, keys=node.keys)


def _stage(stage: Node) -> Node:
    if not isinstance(stage.value, dict):
        return stage
    kept = {
        key: child
        for key, child in stage.value.items()
        if child.value is not None or key == "component"
    }
    return Node(kept, stage.position, keys=stage.keys)
