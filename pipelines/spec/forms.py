"""The form of a spec file, before its stages' parameters are looked at."""

from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MinLen
from pydantic import Field

from components.parts import Params
from components.vocabulary import CAUSES, SYMPTOMS, VERDICTS
from pipelines.runners import Local, Runner

STAGE_NAME = r"^[A-Za-z_][A-Za-z0-9_-]*$"


class StageForm(Params):
    """A component used under a name."""

    component: Annotated[str, MinLen(1)]
    """A registered component, or `module:function` of your own."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """Input -> `stage.output`; what types make unambiguous may be left out."""
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    """The component's parameters."""


class ChangeForm(StageForm):
    """What a spec that collects others states of a stage of theirs."""

    component: Annotated[str, MinLen(1)] = ""
    """The component, for a stage that the others do not have."""


class ExpectForm(Params):
    """What must come out of the trials that `when` selects."""

    when: dict[str, Any] = Field(default_factory=dict)
    """Address -> value; all trials if left out."""
    cause: Literal[*CAUSES] | None = None  # type: ignore[valid-type]
    """A cause that must be found."""
    symptom: Literal[*SYMPTOMS] | None = None  # type: ignore[valid-type]
    """A symptom that must be found."""
    verdict: Literal[*VERDICTS] | None = None  # type: ignore[valid-type]
    """The verdict."""
    agreement: str | Annotated[tuple[str, ...], MinLen(1)] | None = None
    """Figures that must be measured as theory derives them."""


class _Form(Params):
    """What every spec states, whether it has stages of its own or collects cases."""

    name: Annotated[str, MinLen(1)]
    """The spec's name, in reports and lists of runs."""
    extends: str | None = None
    """A spec to merge under this one; lists are replaced whole."""
    cases: Annotated[tuple[Annotated[str, MinLen(1)], ...], MinLen(1)] = ()
    """Specs whose trials are this one's: files, or patterns such as `zoo/*.yaml`."""
    seed: Annotated[int, Ge(0), Le(2**32 - 1)] = 0
    """Where all randomness starts."""
    store: Annotated[str, MinLen(1)] = "runs"
    """A path (from the working directory) or URL for artifacts and runs."""
    runner: Runner = Local()
    """Where the run executes."""
    matrix: dict[str, Annotated[tuple[Any, ...], MinLen(1)]] = Field(
        default_factory=dict
    )
    """Address -> values; the trials are the product. `exclude` takes points out."""
    expect: tuple[ExpectForm, ...] = ()
    """What must come out."""


class SpecForm(_Form):
    """A ganopsy spec: stages, their inputs and parameters, a matrix, expectations."""

    stages: Annotated[dict[str, StageForm], MinLen(1)]
    """Stage name -> stage."""


class CollectionForm(_Form):
    """A spec that collects others; its stages are merged over each of theirs."""

    stages: dict[str, ChangeForm] = Field(default_factory=dict)
    """Stage name -> what it changes; with a component, a stage that it adds."""


class SeedForm(Params):
    """A seed alone, as the matrix gives it."""

    seed: Annotated[int, Ge(0), Le(2**32 - 1)]
