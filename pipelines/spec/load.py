"""A spec file, whole: read, merged, overridden, wired, every trial validated."""

import os
from collections.abc import Iterable, Sequence

from pipelines.spec.addresses import check_address, set_at
from pipelines.spec.collection import Collection
from pipelines.spec.draft import Draft
from pipelines.spec.errors import SpecError, SpecErrors
from pipelines.spec.forms import SpecForm
from pipelines.spec.merge import read_spec, without_nulls
from pipelines.spec.model import Spec
from pipelines.spec.models import root_slot
from pipelines.spec.nodes import Node
from pipelines.spec.overrides import Override, read_overrides
from pipelines.spec.reader import Sources
from pipelines.spec.stages import GLOBAL


def load_spec(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Spec:
    """Read and validate a whole spec, its matrix and its cases included.

    Args:
        path: of the spec's file.
        overrides: texts of the form `address=value` (`--set`), applied in order.

    Raises:
        SpecErrors: with everything that is wrong.
    """
    sources, errors = Sources(), list[SpecError]()
    file = os.path.normpath(path)
    changes = read_overrides(overrides, sources, errors)
    try:
        stated = read_spec(file, sources)
    except SpecError as error:
        raise SpecErrors([*errors, error], sources.lines) from None
    tree = _override_globals(without_nulls(stated), changes, errors)
    if "cases" in tree.mapping:
        spec = Collection(file, tree, stated, changes, sources, errors).spec()
    else:
        spec = _resolve(file, tree, changes, sources, errors)
    if errors or spec is None:
        raise SpecErrors(errors, sources.lines)
    return spec


def _override_globals(
    tree: Node, overrides: Iterable[Override], errors: list[SpecError]
) -> Node:
    """Apply overrides of `seed`, `store` and `runner`."""
    for override in overrides:
        if override.stage in GLOBAL:
            error = check_address(
                override.address, override.position, "", {}, roots=GLOBAL
            )
            if error is not None:
                errors.append(error)
            else:
                tree = set_at(
                    root_slot(SpecForm),
                    tree,
                    override.path,
                    override.value,
                    override.position,
                )
    return tree


def _resolve(
    file: str,
    tree: Node,
    overrides: Sequence[Override],
    sources: Sources,
    errors: list[SpecError],
) -> Spec | None:
    """A spec with stages of its own; None if its form is wrong.

    All errors are collected.
    """
    draft = Draft(file, tree, overrides, sources, errors)
    trials = draft.trials()
    expectations = draft.expectations(trials)
    form = draft.form
    if errors or form is None:
        return None
    return Spec(
        name=form.name,
        path=file,
        seed=form.seed,
        store=form.store,
        runner=form.runner,
        stages=draft.resolved_stages(),
        trials=trials,
        expectations=expectations,
        positions=draft.positions,
        overrides=tuple(override.text for override in overrides),
    )
