"""Which output feeds which input: stated, or inferred from types; and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.component import Component, Input
from pipelines.spec.errors import SpecError, WiringError, listing, nearest
from pipelines.spec.model import Position, Reference
from pipelines.spec.nodes import Node, show

Wires = dict[str, dict[str, Reference]]


@dataclass(frozen=True)
class Wiring:
    """Stage -> input -> output, and the stages in topological order."""

    inputs: Mapping[str, Mapping[str, Reference]]
    order: tuple[str, ...]


class Wirer:
    """Wires the stages of a spec.

    Args:
        stages: the spec's `stages`.
        components: stage -> component, for the stages whose component is known.
        errors: takes what is wrong.
    """

    def __init__(
        self,
        stages: Node,
        components: Mapping[str, Component],
        errors: list[SpecError],
    ) -> None:
        self.stages = stages
        self.components = components
        self.errors = errors
        self.complete = set(stages.mapping) == set(components)

    def wire(self) -> Wiring:
        """All wires that can be drawn; the rest is in `errors`."""
        wires: Wires = {}
        for stage, component in self.components.items():
            stated = self._stated(stage)
            self._unknown_inputs(stage, component, stated)
            wires[stage] = {}
            for name, declared in component.inputs.items():
                if name in stated.mapping:
                    found = self._explicit(stage, name, declared, stated.mapping[name])
                elif self._dispensable(stage, declared, stated):
                    found = None
                else:
                    found = self._infer(stage, name, declared)
                if found is not None:
                    wires[stage][name] = found
        return Wiring(wires, self._order(wires))

    def _stated(self, stage: str) -> Node:
        empty = Node({}, self.stages.keys[stage])
        return self.stages.mapping[stage].mapping.get("inputs", empty)

    def _position(self, stage: str) -> Position:
        return self.stages.keys[stage]

    def _fail(self, position: Position, stage: str, name: str, *words: str) -> None:
        address = f"stages.{stage}.inputs.{name}"
        problem, expected, received, near = (*words, "", "", "")[:4]
        self.errors.append(
            WiringError(position, address, problem, expected, received, near)
        )

    def _unknown_inputs(self, stage: str, component: Component, stated: Node) -> None:
        for name in stated.mapping:
            if name not in component.inputs:
                known = list(component.inputs)
                wanted = listing(known) if known else "no inputs"
                self._fail(
                    stated.keys[name],
                    stage,
                    name,
                    f"`{component.name}` has no input `{name}`",
                    wanted,
                    "",
                    nearest(name, known),
                )

    def _explicit(
        self, stage: str, name: str, declared: Input, node: Node
    ) -> Reference | None:
        if not isinstance(node.value, str):
            return None
        text = node.value
        source, _, output = text.partition(".")
        known = [
            f"{other}.{made}"
            for other, component in self.components.items()
            for made, kind in component.outputs.items()
            if other != stage and issubclass(kind, declared.type)
        ]
        if source not in self.stages.mapping:
            near = nearest(source, self.stages.mapping)
            near = f"{near}.{output}" if near and output else near
            if near not in known:
                near = nearest(text, known)
            self._fail(
                node.position,
                stage,
                name,
                f"No stage `{source}`",
                listing(known) or f"an output of type {declared.type.type}",
                show(node),
                near,
            )
            return None
        producer = self.components.get(source)
        if producer is None:
            return None
        if output not in producer.outputs:
            made = [f"{source}.{made}" for made in producer.outputs]
            near = nearest(text, made) or (made[0] if len(made) == 1 else "")
            self._fail(
                node.position,
                stage,
                name,
                f"Stage `{source}` has no output `{output}`"
                if output
                else "Not an output of a stage",
                listing(made),
                show(node),
                near,
            )
            return None
        made_type = producer.outputs[output]
        if not issubclass(made_type, declared.type):
            self._wrong_type(stage, name, declared, node, source, made_type.type)
            return None
        return Reference(source, output)

    def _wrong_type(
        self, stage: str, name: str, declared: Input, node: Node, source: str, made: str
    ) -> None:
        self._fail(
            node.position,
            stage,
            name,
            "An edge of the wrong type",
            f"a {declared.type.type} for `{stage}` ({self._position(stage)})",
            f"the {made} `{node.value}` of `{source}` ({self._position(source)})",
        )

    def _candidates(self, stage: str, declared: Input) -> list[Reference]:
        return [
            Reference(other, output)
            for other, component in self.components.items()
            if other != stage
            for output, kind in component.outputs.items()
            if issubclass(kind, declared.type)
        ]

    def _dispensable(self, stage: str, declared: Input, stated: Node) -> bool:
        """Whether an input that is not stated is left out, and may be."""
        if not declared.optional or self._candidates(stage, declared):
            return False
        if declared.unless is None or declared.unless in stated.mapping:
            return True
        other = self.components[stage].inputs[declared.unless]
        return bool(self._candidates(stage, other))

    def _infer(self, stage: str, name: str, declared: Input) -> Reference | None:
        candidates = self._candidates(stage, declared)
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            self._fail(
                self._position(stage),
                stage,
                name,
                f"Ambiguous input: {len(candidates)} outputs are a "
                f"{declared.type.type}",
                f"`inputs: {{{name}: …}}` with {listing(map(str, candidates))}",
            )
        elif self.complete:
            makers = listing(c for c in _makers(declared) if c not in self.components)
            wanted = f"a stage that makes a {declared.type.type}"
            self._fail(
                self._position(stage),
                stage,
                name,
                f"Missing input `{name}`: no other stage makes a {declared.type.type}",
                f"{wanted} ({makers})" if makers else wanted,
            )
        return None

    def _order(self, wires: Wires) -> tuple[str, ...]:
        """Topological, otherwise as stated; one error for each circle."""
        done: list[str] = []
        broken: set[str] = set()

        def visit(stage: str, chain: tuple[str, ...]) -> None:
            if stage in done or stage in broken:
                return
            for name, reference in wires[stage].items():
                if reference.stage in (*chain, stage):
                    loop = (*chain, stage)[(*chain, stage).index(reference.stage) :]
                    broken.update(loop)
                    self._circle(stage, name, loop)
                else:
                    visit(reference.stage, (*chain, stage))
            done.append(stage)

        for stage in wires:
            visit(stage, ())
        return tuple(dict.fromkeys(done))

    def _circle(self, stage: str, name: str, loop: tuple[str, ...]) -> None:
        stated = self._stated(stage).mapping.get(name)
        # Each stage is shown before those that use what it makes.
        shown = " → ".join(reversed([*loop, loop[0]]))
        self._fail(
            stated.position if stated else self._position(stage),
            stage,
            name,
            f"A circle of stages: {shown}",
            "no stage to need its own output",
        )


def _makers(declared: Input) -> list[str]:
    """The built-in components that make a type, by their name's default output."""
    makers = {
        "dataset": "curate",
        "curriculum": "split",
        "gan": "train",
        "telemetry": "train",
        "metrics": "evaluate",
        "diagnosis": "diagnose",
        "report": "report",
    }
    return [makers[declared.type.type]] if declared.type.type in makers else []
