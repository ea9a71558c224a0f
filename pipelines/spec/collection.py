"""A spec with `cases`: many specs as the trials of one.

What the collecting spec states is laid over each case, as `--set` would: its stages,
its seed, and its matrix, axis by axis. The cases must then have the same stages,
components and wires; their parameters, and where these stand, are each case's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from components.run import CASE
from pipelines.spec.agreement import compare
from pipelines.spec.cases import CaseFile, chosen_cases, find_cases
from pipelines.spec.draft import Above, Draft, override_positions, top_positions
from pipelines.spec.errors import CasesError, SpecError, listing
from pipelines.spec.expectations import read_expectations
from pipelines.spec.files import Files
from pipelines.spec.forms import CollectionForm
from pipelines.spec.matrix import (
    MAX_TRIALS,
    Axis,
    read_axes,
    too_many,
    without_excluded,
)
from pipelines.spec.merge import merge, read_spec, same_choice, without_nulls
from pipelines.spec.model import Case, Expectation, Position, Spec, Trial
from pipelines.spec.nodes import Node
from pipelines.spec.overrides import Override
from pipelines.spec.parameters import Parameters
from pipelines.spec.reader import Sources
from pipelines.spec.validate import validate


class Collection:
    """The cases of a spec, on their way to one `Spec`.

    Args:
        file: the collecting spec's.
        tree: that spec, without what it sets to null.
        stated: the same with it: null drops a stage of the cases.
        overrides: what stood behind `--set`.
        sources: reads files.
        errors: takes what is wrong.
    """

    def __init__(
        self,
        file: str,
        tree: Node,
        stated: Node,
        overrides: Sequence[Override],
        sources: Sources,
        errors: list[SpecError],
    ) -> None:
        self.file, self.tree, self.stated = file, tree, stated
        self.sources, self.errors = sources, errors
        self.texts = tuple(override.text for override in overrides)
        self.narrowed = {override.address for override in overrides}
        self.form = validate(CollectionForm, tree, "", errors, Position(file, 1, 1))
        found = find_cases(tree.mapping["cases"], file, errors)
        self.cases = chosen_cases(found, overrides, errors)
        self.overrides = [each for each in overrides if each.address != CASE]
        self.axes = read_axes(tree.mapping.get("matrix"), self.overrides, errors)

    def spec(self) -> Spec | None:
        """All cases as one spec; None if something is wrong, which is in `errors`."""
        drafts = dict(self._drafts())
        compare(drafts, self.errors)
        self._exclude(list(drafts.values()))
        trials: list[Trial] = []
        expectations: list[Expectation] = []
        for name, draft in drafts.items():
            own = draft.trials(len(trials))
            trials += own
            expectations += (
                Expectation({CASE: name, **each.when}, each.claims, each.position)
                for each in draft.expectations(own)
            )
        self.errors += _told(drafts)
        expectations += self._expectations(drafts, trials)
        if self.errors or self.form is None:
            return None
        return Spec(
            name=self.form.name,
            path=self.file,
            seed=self.form.seed,
            store=self.form.store,
            runner=self.form.runner,
            stages=next(iter(drafts.values())).resolved_stages(),
            trials=tuple(trials),
            expectations=tuple(expectations),
            positions=top_positions(self.tree) | override_positions(self.overrides),
            overrides=self.texts,
            cases={
                name: Case(draft.file, draft.positions)
                for name, draft in drafts.items()
            },
        )

    def _drafts(self) -> Iterator[tuple[str, Draft]]:
        # What is wrong already is wrong for each: it keeps them from judging more.
        before = list(self.errors)
        for case in self.cases:
            try:
                tree = self._read(case)
            except SpecError as error:
                self.errors.append(error)
                continue
            own = [n for n in self._stages() if _states(tree, n, self._stages()[n])]
            tree, above = self._laid_over(tree, own), self._above(case, own)
            yield (
                case.name,
                Draft(
                    case.path, tree, self.overrides, self.sources, list(before), above
                ),
            )

    def _stages(self) -> dict[str, Node]:
        stages = self.stated.mapping.get("stages")
        return stages.mapping if stages is not None else {}

    def _read(self, case: CaseFile) -> Node:
        """A case with all that it extends.

        Raises:
            SpecError: if it cannot be read, or has cases of its own.
        """
        tree = read_spec(case.path, self.sources)
        nested = tree.keys.get("cases")
        if nested is not None and tree.mapping["cases"].value is not None:
            raise CasesError(
                case.entry.position,
                "cases",
                f"The case `{case.name}` has cases of its own ({nested})",
                "a spec that runs by itself",
            )
        return tree

    def _laid_over(self, tree: Node, own: Sequence[str]) -> Node:
        """A case's tree with the stages and the seed of the collecting spec over it.

        Parameters of the case's `own` stages are left to `Above`: what is set in them
        may depend on their models' defaults.
        """
        given: dict[str, Node] = {}
        if "seed" in self.tree.mapping:
            given["seed"] = self.tree.mapping["seed"]
        if self._stages():
            stages = self.stated.mapping["stages"]
            values = {
                name: _without(stage, "with") if name in own else stage
                for name, stage in stages.mapping.items()
            }
            given["stages"] = Node(values, stages.position, keys=stages.keys)
        keys = {key: self.tree.keys.get(key, given[key].position) for key in given}
        above = Node(given, self.tree.position, keys=keys)
        return without_nulls(merge(tree, above, keep=True))

    def _above(self, case: CaseFile, own: Sequence[str]) -> Above:
        at = case.entry.position
        values = {
            name: stage.mapping["with"]
            for name, stage in self._stages().items()
            if name in own and "with" in stage.mapping
        }
        stated = {leaf for name, node in values.items() for leaf in _leaves(node, name)}
        return Above(
            case=Axis(CASE, at, (Node(case.name, at, text=case.name),)),
            axes=tuple(self.axes),
            values={n: node for n, node in values.items() if node.mapping},
            addresses=frozenset(
                {axis.address for axis in self.axes}
                | stated
                | ({"seed"} if "seed" in self.tree.mapping else set())
                | {key for entry in self._excluded() for key in entry.mapping}
            ),
        )

    def _excluded(self) -> tuple[Node, ...]:
        matrix = self.tree.mapping.get("matrix", Node({}, self.tree.position))
        exclude = matrix.mapping.get("exclude")
        return exclude.items if exclude is not None else ()

    def _exclude(self, drafts: Sequence[Draft]) -> None:
        """Take out of each draft the points that the collecting spec excludes."""
        every = [point for draft in drafts for point in draft.points]
        if len(every) > MAX_TRIALS:
            position = self.tree.mapping["cases"].position
            self.errors.append(too_many(len(every), position))
            every = []
        matrix = self.tree.mapping.get("matrix")
        left = without_excluded(every, matrix, self.narrowed, self.errors)
        kept = {id(point) for point in left}
        for draft in drafts:
            draft.points = [point for point in draft.points if id(point) in kept]

    def _expectations(
        self, drafts: dict[str, Draft], trials: Sequence[Trial]
    ) -> tuple[Expectation, ...]:
        """What the collecting spec itself expects, of the trials of all cases."""
        if self.form is None or not drafts:
            return ()
        first = next(iter(drafts.values()))
        parameters = Parameters(
            first.stages,
            first.components,
            Files(self.sources, self.errors),
            self.errors,
            (CASE,),
        )
        return read_expectations(
            self.tree.mapping.get("expect"),
            self.form.expect,
            parameters,
            () if self.errors else trials,
            self.narrowed,
        )


def _states(tree: Node, stage: str, given: Node) -> bool:
    """Whether a case has a stage with the component that is given, if one is."""
    stages = tree.mapping.get("stages")
    own = stages.mapping.get(stage) if stages is not None else None
    if own is None or not own.mapping:
        return False
    stated, other = (node.mapping.get("component") for node in (own, given))
    if other is None or stated is None:
        return other is None
    return same_choice("component", stated, other)


def _without(node: Node, key: str) -> Node:
    left = {name: child for name, child in node.mapping.items() if name != key}
    return replace(node, value=left) if key in node.mapping else node


def _leaves(node: Node, address: str) -> Iterator[str]:
    if not node.mapping:
        yield address
    for key, child in node.mapping.items():
        yield from _leaves(child, f"{address}.{key}")


def _told(drafts: dict[str, Draft]) -> Iterator[SpecError]:
    """The errors of all cases; each says whose it is, where its place does not."""
    found: dict[str, tuple[SpecError, list[str]]] = {}
    for name, draft in drafts.items():
        for error in {str(each): each for each in draft.errors}.values():
            found.setdefault(str(error), (error, []))[1].append(name)
    for error, names in found.values():
        elsewhere = error.position.file not in {drafts[n].file for n in names}
        if elsewhere and len(names) < len(drafts):
            error.problem += f", in {listing(names, 3).replace(' or ', ' and ')}"
        yield error
