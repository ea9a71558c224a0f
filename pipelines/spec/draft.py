"""One spec's tree on its way to trials, a step at a time.

A spec with stages of its own takes all steps. Of those that a spec with `cases`
collects the trials are made last: once it has excluded points of them.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from components.component import Component
from components.parts import Params
from components.run import CASE
from pipelines.spec.addresses import value_in
from pipelines.spec.errors import SpecError
from pipelines.spec.expectations import read_expectations
from pipelines.spec.files import Files
from pipelines.spec.foresee import foresee
from pipelines.spec.forms import SeedForm, SpecForm
from pipelines.spec.matrix import (
    Axis,
    Point,
    points,
    read_axes,
    trial_ids,
    without_excluded,
)
from pipelines.spec.model import (
    Expectation,
    Position,
    Reference,
    Stage,
    Trial,
)
from pipelines.spec.nodes import Node, walk
from pipelines.spec.overrides import Override
from pipelines.spec.parameters import Parameters
from pipelines.spec.reader import Sources
from pipelines.spec.stages import folder, load_components
from pipelines.spec.validate import validate
from pipelines.spec.wiring import Wirer


@dataclass(frozen=True)
class Above:
    """What a spec that collects others states over one of them.

    Attributes:
        case: the axis that names the case; None where nothing is collected.
        axes: of its matrix; they take the place of the case's at the same address.
        values: stage -> parameters, for stages that the case has.
        addresses: of all that it states or excludes. An exclusion or expectation of
            the case about other values there is void, not wrong.
    """

    case: Axis | None = None
    axes: tuple[Axis, ...] = ()
    values: Mapping[str, Node] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()

    def over(self, own: Sequence[Axis], fixed: Set[str]) -> list[Axis]:
        """All axes of a case that has these of its own; `--set` has fixed some."""
        stated = {axis.address for axis in self.axes}
        left = [
            axis if axis.address in fixed else self._over(axis)
            for axis in own
            if axis.address not in stated
        ]
        return [*([self.case] if self.case else []), *left, *self.axes]

    def _over(self, axis: Axis) -> Axis:
        """The axis, replaced by a value that is stated over it, or set in its own."""
        stage, *path = axis.address.split(".")
        given = value_in(self.values[stage], path) if stage in self.values else None
        if given is None:
            return axis
        if isinstance(given.value, dict) and given.kind is None:
            return replace(axis, over=given)
        return Axis(axis.address, given.position, (given,))


class Draft:
    """A tree of which the form, stages, wires, axes and points are known.

    Args:
        file: the spec's.
        tree: the spec, merged.
        overrides: what stood behind `--set`.
        sources: reads files.
        errors: takes what is wrong.
        above: what a spec that collects this one states over it.
    """

    def __init__(
        self,
        file: str,
        tree: Node,
        overrides: Sequence[Override],
        sources: Sources,
        errors: list[SpecError],
        above: Above | None = None,
    ) -> None:
        above = above or Above()
        self.file, self.tree, self.errors = file, tree, errors
        self.form = validate(SpecForm, tree, "", errors, Position(file, 1, 1))
        self.stages = tree.mapping.get("stages", Node({}, tree.position))
        self.components = load_components(self.stages, errors)
        self.wiring = Wirer(self.stages, self.components, errors).wire()
        self.parameters = Parameters(
            self.stages,
            self.components,
            Files(sources, errors),
            errors,
            (CASE,) if above.case else (),
        )
        for stage in above.values.keys() & self.components.keys():
            self.parameters.lay(stage, above.values[stage])
        matrix, self.overrides = tree.mapping.get("matrix"), overrides
        fixed = {override.address for override in overrides}
        axes = above.over(read_axes(matrix, overrides, errors), fixed)
        self.axes = [axis for axis in axes if axis is above.case or self._known(axis)]
        self.parameters.override(overrides, self.axes)
        self.narrowed = above.addresses | fixed
        self.points = without_excluded(
            points(self.axes, errors), matrix, self.narrowed, errors
        )
        self.positions = _positions(self)

    def _known(self, axis: Axis) -> bool:
        """Whether an axis' address exists; seeds are validated here."""
        if not self.parameters.exists(axis.address, axis.position, "matrix"):
            return False
        for value in axis.values if axis.address == "seed" else ():
            node = Node({"seed": value}, value.position, keys={"seed": value.position})
            validate(SeedForm, node, "", self.errors)
        return True

    def trials(self, first: int = 0) -> tuple[Trial, ...]:
        """The trials of all points, each validated; `first` is the first's index."""
        seed = self.form.seed if self.form else 0
        names = trial_ids(self.axes, self.points, seed)
        found = tuple(
            Trial(
                index,
                name,
                point.values,
                point.values.get("seed", seed),
                self._at(point),
            )
            for index, (name, point) in enumerate(
                zip(names, self.points, strict=True), start=first
            )
        )
        if not self.errors:
            foresee(self.components, self.wiring, found, self.positions, self.errors)
        return found

    def _at(self, point: Point) -> dict[str, Params]:
        values = {
            stage: self.parameters.at(stage, self.axes, point)
            for stage in self.components
        }
        return {stage: value for stage, value in values.items() if value is not None}

    def expectations(self, trials: Sequence[Trial]) -> tuple[Expectation, ...]:
        """What must come out of the trials; not all of it where something is wrong."""
        if self.form is None:
            return ()
        return read_expectations(
            self.tree.mapping.get("expect"),
            self.form.expect,
            self.parameters,
            () if self.errors else trials,
            self.narrowed,
        )

    def resolved_stages(self) -> dict[str, Stage]:
        """The stages in topological order, every component known."""
        return _stages(
            self.stages, self.components, self.wiring.inputs, self.wiring.order
        )


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


def _positions(draft: Draft) -> dict[str, Position]:
    """Address -> where the value that counts is stated."""
    found = top_positions(draft.tree)
    for stage, node in draft.parameters.nodes.items():
        found[stage] = draft.stages.keys[stage]
        found |= walk(node, stage)
    for axis in draft.axes:
        inside = f"{axis.address}."
        found = {key: at for key, at in found.items() if not key.startswith(inside)}
        found[axis.address] = axis.position
    return found | override_positions(draft.overrides)


def top_positions(tree: Node) -> dict[str, Position]:
    """Where a spec states what belongs to no stage."""
    found: dict[str, Position] = {}
    for key, node in tree.mapping.items():
        if key not in ("stages", "matrix", "expect"):
            found[key] = tree.keys[key]
            found |= walk(node, key)
    return found


def override_positions(overrides: Iterable[Override]) -> dict[str, Position]:
    return {override.address: override.position for override in overrides}
