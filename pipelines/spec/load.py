"""A spec file, whole: read, merged, overridden, wired, every trial validated."""

import os
from collections.abc import Iterable, Mapping, Sequence

from components.component import Component
from components.parts import Params
from pipelines.spec.addresses import check_address, set_at
from pipelines.spec.errors import SpecError, SpecErrors
from pipelines.spec.expectations import read_expectations
from pipelines.spec.files import Files
from pipelines.spec.foresee import foresee
from pipelines.spec.forms import SeedForm, SpecForm
from pipelines.spec.matrix import Axis, Point, points, read_axes, trial_ids
from pipelines.spec.merge import read_spec, without_nulls
from pipelines.spec.model import Position, Reference, Spec, Stage, Trial
from pipelines.spec.models import root_slot
from pipelines.spec.nodes import Node, walk
from pipelines.spec.overrides import Override, read_overrides
from pipelines.spec.parameters import Parameters
from pipelines.spec.reader import Sources
from pipelines.spec.stages import GLOBAL, folder, load_components
from pipelines.spec.validate import validate
from pipelines.spec.wiring import Wirer


def load_spec(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Spec:
    """Read and validate a whole spec, its matrix included.

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
        tree = without_nulls(read_spec(file, sources))
    except SpecError as error:
        raise SpecErrors([*errors, error], sources.lines) from None
    tree = _override_globals(tree, changes, errors)
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
    overrides: list[Override],
    sources: Sources,
    errors: list[SpecError],
) -> Spec | None:
    """A spec's tree, whole; None if its form is wrong. All errors are collected."""
    form = validate(SpecForm, tree, "", errors, Position(file, 1, 1))
    stages = tree.mapping.get("stages", Node({}, tree.position))
    components = load_components(stages, errors)
    wiring = Wirer(stages, components, errors).wire()
    parameters = Parameters(stages, components, Files(sources, errors), errors)
    matrix = tree.mapping.get("matrix")
    axes = _known_axes(read_axes(matrix, overrides, errors), parameters)
    parameters.override(overrides, axes)
    narrowed = {override.address for override in overrides}
    found = points(axes, matrix, narrowed, errors)
    seed = form.seed if form else 0
    trials = _trials(axes, found, parameters, seed)
    positions = _positions(tree, parameters, overrides, axes)
    if not errors:
        foresee(components, wiring, trials, positions, errors)
    if form is None:
        return None
    expectations = read_expectations(
        tree.mapping.get("expect"),
        form.expect,
        parameters,
        () if errors else trials,
        narrowed,
    )
    if errors:
        return None
    return Spec(
        name=form.name,
        path=file,
        seed=form.seed,
        store=form.store,
        runner=form.runner,
        stages=_stages(stages, components, wiring.inputs, wiring.order),
        trials=trials,
        expectations=expectations,
        positions=positions,
        overrides=tuple(override.text for override in overrides),
    )


def _known_axes(axes: Iterable[Axis], parameters: Parameters) -> list[Axis]:
    """The axes whose address exists; seeds are validated here."""
    known = []
    for axis in axes:
        if not parameters.exists(axis.address, axis.position, "matrix"):
            continue
        known.append(axis)
        for value in axis.values if axis.address == "seed" else ():
            node = Node({"seed": value}, value.position, keys={"seed": value.position})
            validate(SeedForm, node, "", parameters.errors)
    return known


def _trials(
    axes: Sequence[Axis], found: Sequence[Point], parameters: Parameters, seed: int
) -> tuple[Trial, ...]:
    trials = []
    for index, (name, point) in enumerate(
        zip(trial_ids(axes, found, seed), found, strict=True)
    ):
        params: dict[str, Params] = {}
        for stage in parameters.components:
            value = parameters.at(stage, axes, point)
            if value is not None:
                params[stage] = value
        at = point.values.get("seed", seed)
        trials.append(Trial(index, name, point.values, at, params))
    return tuple(trials)


def _stages(
    stages: Node,
    components: Mapping[str, Component],
    inputs: Mapping[str, Mapping[str, Reference]],
    order: Sequence[str],
) -> dict[str, Stage]:
    found = {}
    for name in order:
        stated = stages.mapping[name].mapping["component"]
        found[name] = Stage(
            name=name,
            component=components[name],
            reference=str(stated.value),
            base=folder(stated),
            inputs=inputs[name],
        )
    return found


def _positions(
    tree: Node,
    parameters: Parameters,
    overrides: Sequence[Override],
    axes: Sequence[Axis],
) -> dict[str, Position]:
    """Address -> where the value that counts is stated."""
    found: dict[str, Position] = {}
    for key, node in tree.mapping.items():
        if key not in ("stages", "matrix", "expect"):
            found[key] = tree.keys[key]
            found |= walk(node, key)
    for stage, node in parameters.nodes.items():
        found[stage] = parameters.stages.keys[stage]
        found |= walk(node, stage)
    for axis in axes:
        inside = f"{axis.address}."
        found = {key: at for key, at in found.items() if not key.startswith(inside)}
        found[axis.address] = axis.position
    for override in overrides:
        found[override.address] = override.position
    return found
