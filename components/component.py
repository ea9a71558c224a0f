"""What a component is: a typed function from artifacts and parameters to artifacts.

The signature is the declaration. `inspect`ed once, at decoration:

- a parameter annotated with an `Artifact` type is an input; `list[T]` gathers T over
  all trials of the run, in trial order; one of `… | None` is None where no stage of a
  spec makes its type (`Unless` says which other input it then takes);
- `params` is a `Params` model;
- `seed: int` makes the node depend on the trial's seed;
- `run: RunInfo` makes the node depend on the run's description: which trials gathered
  lists hold, their points and parameters, and what is expected of them;
- `context: Context` gives progress, scratch space, new artifacts and Beam;
- the return annotation, an artifact type or a NamedTuple of them, declares outputs.
"""

import inspect
import logging
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

from components.artifacts import Artifact
from components.directory import Directory
from components.foresight import Foresee
from components.parts import Params
from components.run import RunInfo

if TYPE_CHECKING:
    import apache_beam as beam

Placement = Literal["driver", "worker"]
A = TypeVar("A", bound=Artifact)
F = TypeVar("F", bound=Callable[..., Any])

BUILTIN = ("curate", "split", "train", "evaluate", "diagnose", "report")


class ComponentError(Exception):
    """A component was declared or named wrongly; the message says how to mend it."""


@dataclass(frozen=True)
class Unless:
    """Marks an input that a spec may do without only where it has another.

    Attributes:
        given: the other input.
    """

    given: str


@dataclass(frozen=True)
class Input:
    """One declared input.

    Attributes:
        type: of its artifact.
        gathered: whether it gathers all trials.
        optional: whether a spec may do without it.
        unless: the input that an optional one may be missing beside; None: any.
    """

    type: type[Artifact]
    gathered: bool
    optional: bool = False
    unless: str | None = None


class OverSeeds(NamedTuple):
    """How a component does the work of several seeds as one.

    Attributes:
        wanted: whether parameters ask for it.
        function: takes the component's inputs and `params`, and in place of `seed` and
            `context` the keywords `seeds` and `contexts`, one for each; returns what
            the component would, for each.
    """

    wanted: Callable[[Any], bool]
    function: Callable[..., Sequence[Any]]


class NoParams(Params):
    """The parameters of a component that takes none."""


@dataclass(frozen=True)
class Component:
    """A declared component.

    `name` is how a spec names it: a registered name or `module:function`.
    `outputs` maps output names to artifact types, in order. `fingerprint` returns a
    string that changes when data outside the store that the parameters point to
    changes (a folder of images, say), or None. `foresee` says before anything runs what
    the outputs' records will be, and refuses parameters that cannot work on them.
    `over_seeds` does the work of several seeds as one, where parameters ask for it.
    """

    name: str
    function: Callable[..., Any]
    inputs: Mapping[str, Input]
    outputs: Mapping[str, type[Artifact]]
    params: type[Params]
    uses_seed: bool
    uses_run: bool
    placement: Placement
    accelerator: bool
    fingerprint: Callable[[Any], str | None] | None
    foresee: Foresee | None
    over_seeds: OverSeeds | None
    source: Path

    @property
    def doc(self) -> str:
        return inspect.getdoc(self.function) or ""

    def as_one(self, params: Params) -> bool:
        """Whether nodes that differ in their seed alone are to be done as one."""
        return self.over_seeds is not None and self.over_seeds.wanted(params)

    def call(
        self,
        inputs: Mapping[str, Artifact | list[Artifact]],
        params: Params,
        *,
        seed: int,
        run: RunInfo | None,
        context: "Context",
    ) -> dict[str, Artifact]:
        """Call the function with what it asked for; return its outputs by name."""
        wanted = inspect.signature(self.function).parameters
        offered = {"params": params, "seed": seed, "run": run, "context": context}
        arguments = {name: offered[name] for name in offered if name in wanted}
        return self._named(self.function(**self._given(inputs), **arguments))

    def call_over_seeds(
        self,
        inputs: Mapping[str, Artifact | list[Artifact]],
        params: Params,
        *,
        seeds: Sequence[int],
        contexts: Sequence["Context"],
    ) -> list[dict[str, Artifact]]:
        """The same for several seeds at once, if parameters ask for it."""
        assert self.over_seeds is not None
        results = self.over_seeds.function(
            **self._given(inputs), params=params, seeds=seeds, contexts=contexts
        )
        return [self._named(result) for _, result in zip(seeds, results, strict=True)]

    def _given(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        absent = {name: None for name, each in self.inputs.items() if each.optional}
        return absent | dict(inputs)

    def _named(self, result: Any) -> dict[str, Artifact]:
        """What the function returned, by the outputs' names."""
        values = list(result) if isinstance(result, tuple) else [result]
        for (name, expected), value in zip(self.outputs.items(), values, strict=True):
            if not isinstance(value, expected):
                raise ComponentError(
                    f"Component `{self.name}` returned a wrong `{name}`. "
                    f"Expected {expected.__name__}. Received: {value!r}"
                )
        return dict(zip(self.outputs, values, strict=True))


def component(
    *,
    placement: Placement = "worker",
    accelerator: bool = False,
    fingerprint: Callable[[Any], str | None] | None = None,
    foresee: Foresee | None = None,
    over_seeds: OverSeeds | None = None,
) -> Callable[[F], F]:
    """Declare a function as a component (see the module's docstring).

    Args:
        placement: `driver` for dataset-scale work that builds its own Beam pipeline
            through `context.pipeline()`, `worker` for trial-scale work.
        accelerator: whether the work profits from a GPU.
        fingerprint, foresee, over_seeds: see `Component`.

    Raises:
        ComponentError: if the signature declares no outputs, or an argument that is
            neither an artifact nor one of `params`, `seed`, `run`, `context`; or if
            `over_seeds` is given where seeds cannot be done as one.
    """

    def decorate(function: F) -> F:
        declared = declare(
            function, placement, accelerator, fingerprint, foresee, over_seeds
        )
        function.__dict__["__component__"] = declared
        return function

    return decorate


def declare(
    function: Callable[..., Any],
    placement: Placement,
    accelerator: bool,
    fingerprint: Callable[[Any], str | None] | None,
    foresee: Foresee | None = None,
    over_seeds: OverSeeds | None = None,
) -> Component:
    """Read a function's signature into a `Component`."""
    hints = typing.get_type_hints(function, include_extras=True)
    returned = hints.pop("return", None)
    source = Path(inspect.getfile(function))
    special = {"params", "seed", "run", "context"}
    module = function.__module__.split(".")
    lone = placement == "driver" or "run" in hints or "seed" not in hints
    if over_seeds is not None and lone:
        raise ComponentError(
            f"Invalid value for `over_seeds` of component `{function.__qualname__}` "
            f"({source}). Expected a component that is placed in a worker, takes "
            f"`seed`, and does not take `run`. Received: placement {placement!r}, and "
            f"arguments {', '.join(hints)}"
        )
    builtin = len(module) > 1 and module[0] == "components" and module[1] in BUILTIN
    return Component(
        name=function.__name__ if builtin else f"{module[-1]}:{function.__name__}",
        function=function,
        inputs={
            name: _input(function, name, hint)
            for name, hint in hints.items()
            if name not in special
        },
        outputs=_outputs(function, returned),
        params=hints.get("params", NoParams),
        uses_seed="seed" in hints,
        uses_run="run" in hints,
        placement=placement,
        accelerator=accelerator,
        fingerprint=fingerprint,
        foresee=foresee,
        over_seeds=over_seeds,
        source=source,
    )


def _is_artifact(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Artifact)


def _input(function: Callable[..., Any], name: str, hint: Any) -> Input:
    inner, marks = hint, []
    if typing.get_origin(inner) is typing.Annotated:
        inner, *marks = typing.get_args(inner)
    unless = next((mark.given for mark in marks if isinstance(mark, Unless)), None)
    optional = False
    if typing.get_origin(inner) in (typing.Union, types.UnionType):
        stated = [each for each in typing.get_args(inner) if each is not type(None)]
        optional = len(stated) < len(typing.get_args(inner))
        inner = stated[0] if len(stated) == 1 else inner
    if _is_artifact(inner):
        return Input(inner, False, optional, unless)
    arguments = typing.get_args(inner)
    if typing.get_origin(inner) is list and _is_artifact(arguments[0]):
        return Input(arguments[0], True, optional, unless)
    raise ComponentError(
        f"Invalid annotation of argument `{name}` of component "
        f"`{function.__qualname__}` ({inspect.getfile(function)}). Expected an "
        f"artifact type, a list of one, or `… | None`. Received: {name}: {hint!r}"
    )


def _outputs(function: Callable[..., Any], returned: Any) -> dict[str, type[Artifact]]:
    if _is_artifact(returned):
        return {returned.type: returned}
    fields = typing.get_type_hints(returned) if isinstance(returned, type) else {}
    if fields and all(_is_artifact(hint) for hint in fields.values()):
        return fields
    raise ComponentError(
        f"Invalid return annotation of component `{function.__qualname__}` "
        f"({inspect.getfile(function)}). Expected an artifact type or a NamedTuple of "
        f"artifact types. Received: {returned!r}"
    )


class Reporter(Protocol):
    """Where a component's progress goes; called at most a few times a second."""

    def __call__(
        self, step: int, total: int, fields: Mapping[str, float | str]
    ) -> None: ...


@dataclass
class Context:
    """What a component may ask of its surroundings.

    Attributes:
        create: makes a new, empty artifact of a type to fill and return.
        scratch: a folder of this node that outlives a crash (checkpoints).
        make_pipeline: builds a Beam pipeline on the run's runner (driver only).
        report: receives progress.
        log: for messages; goes to the run's log file, not to the terminal.
    """

    create: Callable[[type[Any]], Any]
    scratch: Directory
    make_pipeline: Callable[[], "beam.Pipeline"] | None = None
    report: Reporter | None = None
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("ganopsy"))

    def pipeline(self) -> "beam.Pipeline":
        """A Beam pipeline on the run's runner, to be used as a context manager."""
        if self.make_pipeline is None:
            raise ComponentError(
                "Beam is only available to components with placement='driver'."
            )
        return self.make_pipeline()

    def progress(self, step: int, total: int, **fields: float | str) -> None:
        """Report that `step` of `total` is done, with figures to show beside it."""
        if self.report is not None:
            self.report(step, total, fields)
