"""Tiny components for the tests of the spec language."""

from typing import Annotated, Literal, NamedTuple

from annotated_types import Ge, Gt, MinLen

from components.artifacts import Curriculum, Dataset, Gan, Metrics, Report, Telemetry
from components.component import Context, component
from components.parts import FileMark, Params, Part, SpecPath


class Source(Part):
    """Where records come from."""


class Ring(Source):
    kind: Literal["ring"] = "ring"
    modes: Annotated[int, Gt(0)] = 8


class Folder(Source):
    kind: Literal["folder"] = "folder"
    path: SpecPath


class Network(Part):
    """A network."""


class Mlp(Network):
    kind: Literal["mlp"] = "mlp"
    units: Annotated[tuple[int, ...], MinLen(1)] = (64,)
    normalization: Literal["none", "batch", "layer"] = "none"


class Conv(Network):
    kind: Literal["conv"] = "conv"
    filters: int = 32
    normalization: Literal["none", "batch", "layer"] = "none"


class CurateParams(Params):
    source: Annotated[Source, FileMark()]


class TrainParams(Params):
    steps: Annotated[int, Gt(0)]
    rate: Annotated[float, Gt(0)] = 1e-3
    ratio: tuple[float, float] = (0.5, 0.5)
    compile: bool = True
    label: str = ""
    clip: Annotated[float, Ge(0)] | None = None
    discriminator: Network = Mlp()


class Trained(NamedTuple):
    gan: Gan
    telemetry: Telemetry


@component()
def curate(params: CurateParams, context: Context) -> Dataset: ...


@component()
def split(dataset: Dataset) -> Curriculum: ...


@component()
def train(curriculum: Curriculum, params: TrainParams, *, seed: int) -> Trained: ...


@component()
def evaluate(gan: Gan, curriculum: Curriculum) -> Metrics: ...


@component()
def report(metrics: list[Metrics]) -> Report: ...


@component()
def augment(curriculum: Curriculum) -> Curriculum: ...


def plain(x: int) -> int:
    return x
