"""Every stage's parameters: as stated, overridden, and validated for each trial."""

from collections.abc import Mapping, Sequence

from components.component import Component
from components.parts import Params
from pipelines.spec.addresses import check_address, lay_over, set_at, slot_at
from pipelines.spec.errors import AddressError, SpecError
from pipelines.spec.files import Files, resolve_paths
from pipelines.spec.matrix import Axis, Point
from pipelines.spec.model import Position
from pipelines.spec.models import root_slot
from pipelines.spec.nodes import Node
from pipelines.spec.overrides import Override
from pipelines.spec.stages import GLOBAL
from pipelines.spec.validate import validate


class Parameters:
    """The parameters of a spec's stages.

    Args:
        stages: the spec's `stages`.
        components: stage -> component, for the stages whose component is known.
        files: reads the files that parameters name.
        errors: takes what is wrong.
        roots: what may be addressed beside the stages and what every spec has.
    """

    def __init__(
        self,
        stages: Node,
        components: Mapping[str, Component],
        files: Files,
        errors: list[SpecError],
        roots: tuple[str, ...] = (),
    ) -> None:
        self.stages = stages
        self.components = components
        self.files = files
        self.errors = errors
        self.roots = roots
        self.slots = {name: root_slot(c.params) for name, c in components.items()}
        self.nodes = {name: self._stated(name) for name in components}
        self.inner: list[Override] = []
        self._memo: dict[tuple[str, tuple[int, ...]], Params | None] = {}

    def _stated(self, stage: str) -> Node:
        node = self.stages.mapping[stage].mapping.get("with")
        if node is None or not isinstance(node.value, dict):
            return Node({}, self.stages.keys[stage])
        return self.files.expand(self.slots[stage], node)

    def lay(self, stage: str, given: Node) -> None:
        """Set in a stage's parameters what another spec states of them."""
        slot = self.slots[stage]
        laid = lay_over(slot, self.nodes[stage], given)
        self.nodes[stage] = self.files.expand(slot, laid)

    def exists(self, address: str, position: Position, where: str) -> bool:
        """Whether an address exists; if not, that is an error.

        An address in a stage whose component is unknown is let pass.
        """
        stage = address.split(".")[0]
        if stage in self.stages.mapping and stage not in self.components:
            return False
        roots: tuple[str, ...] = ("seed",) if where else GLOBAL
        # Which cases there are is not for a matrix to say.
        roots += () if where == "matrix" else self.roots
        error = check_address(address, position, where, self.components, roots=roots)
        if error is not None:
            self.errors.append(error)
        return error is None

    def override(self, overrides: Sequence[Override], axes: Sequence[Axis]) -> None:
        """Apply overrides; those inside an axis' values wait for the trials."""
        fixed = {axis.address for axis in axes}
        for override in overrides:
            if override.stage in GLOBAL or override.address in fixed:
                continue
            if not self.exists(override.address, override.position, ""):
                continue
            if any(override.address.startswith(f"{outer}.") for outer in fixed):
                self.inner.append(override)
            else:
                stage = override.stage
                self.nodes[stage] = self._set(
                    self.nodes[stage],
                    override.address,
                    override.value,
                    override.position,
                )

    def _set(self, node: Node, address: str, value: Node, position: Position) -> Node:
        stage, *path = address.split(".")
        slot = self.slots[stage]
        try:
            return self.files.expand(slot, set_at(slot, node, path, value, position))
        except (IndexError, ValueError):
            wanted = "an index that the list has"
            self.errors.append(
                AddressError(position, address, "No such entry in the list", wanted)
            )
            return node

    def at(self, stage: str, axes: Sequence[Axis], point: Point) -> Params | None:
        """A stage's parameters at a point of the matrix; None if they are wrong."""
        own = [
            (axis, index)
            for axis, index in zip(axes, point.choice, strict=True)
            if axis.stage == stage
        ]
        key = (stage, tuple(index for _, index in own))
        if key not in self._memo:
            self._memo[key] = self._validate(stage, own)
        return self._memo[key]

    def _validate(self, stage: str, own: list[tuple[Axis, int]]) -> Params | None:
        node = self.nodes[stage]
        # An axis of a part's kind drops the part's other keys: it goes first.
        for axis, index in sorted(own, key=lambda pair: _rank(pair[0].address)):
            value = axis.values[index]
            if axis.over is not None:
                path = axis.address.split(".")[1:]
                at = slot_at(self.slots[stage], node, path)
                value = lay_over(at, self.files.expand(at, value), axis.over)
            node = self._set(node, axis.address, value, axis.position)
        for override in self.inner:
            if override.stage == stage:
                node = self._set(
                    node, override.address, override.value, override.position
                )
        node = resolve_paths(self.slots[stage], node, stage, self.errors)
        keys = self.stages.mapping[stage].keys
        owner = keys.get("with", self.stages.keys[stage])
        model = self.components[stage].params
        faults: list[SpecError] = []
        params = validate(model, node, stage, faults, owner)
        # What a file that cannot be read should have held is not a fault of its own.
        self.errors += (f for f in faults if f.position not in self.files.failed)
        return params


def _rank(address: str) -> tuple[int, bool]:
    path = address.split(".")
    return (len(path), path[-1] != "kind")
