"""The `train` component."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from components.artifacts import Curriculum, Gan, Telemetry
from components.component import Context, OverSeeds, component
from components.foresight import Foresight, Unfit
from components.train.assignment import Assignment
from components.train.backend import runs_here, take_memory_as_needed
from components.train.networks import ShapeError
from components.train.params import TrainParams


class TrainOutputs(NamedTuple):
    """A trained GAN, and what the probes read while it trained."""

    gan: Gan
    telemetry: Telemetry


def foresee(params: TrainParams, inputs: Mapping[str, Foresight]) -> Foresight:
    """Refuse networks that do not fit the records, and classes that they lack."""
    known = inputs["curriculum"]
    if params.conditional and known.labelled is False:
        raise Unfit(
            "conditional",
            "Class-conditional networks need records with labels, and the source has "
            "none; set `conditional` to false, or choose a source with labels",
        )
    if known.shape is not None:
        for player in ("generator", "discriminator"):
            try:
                getattr(params, player).fits(known.shape)
            except ShapeError as error:
                raise Unfit(f"{player}.channels", str(error)) from error
    return Foresight()


def fill(
    curriculum: Curriculum, params: TrainParams, assignments: Sequence[Assignment]
) -> list[TrainOutputs]:
    """Train in this process, or where Keras runs on `params.backend` and has room."""
    from components.train.process import room_here, train_elsewhere

    take_memory_as_needed()
    if runs_here(params.backend) and room_here(curriculum, assignments):
        from components.train.training import train_here

        train_here(curriculum, params, assignments)
    else:
        train_elsewhere(curriculum, params, assignments)
    return [TrainOutputs(each.gan, each.telemetry) for each in assignments]


def assigned(seed: int, context: Context) -> Assignment:
    return Assignment(seed, context, context.create(Gan), context.create(Telemetry))


def train_seeds(
    curriculum: Curriculum,
    params: TrainParams,
    *,
    seeds: Sequence[int],
    contexts: Sequence[Context],
) -> list[TrainOutputs]:
    """`train` for several seeds at once, in one compiled program."""
    each = [assigned(*one) for one in zip(seeds, contexts, strict=True)]
    return fill(curriculum, params, each)


@component(
    placement="worker",
    accelerator=True,
    foresee=foresee,
    over_seeds=OverSeeds(lambda params: params.vectorize_seeds, train_seeds),
)
def train(
    curriculum: Curriculum, params: TrainParams, *, seed: int, context: Context
) -> TrainOutputs:
    """Train a GAN while probes watch the game.

    It trains on `params.backend`: in this process, or, where this process's Keras runs
    on another backend or dozens of kinds of game have filled it, in one of its own.
    Training resumes from its last checkpoint in `context.scratch`; the result equals
    the uninterrupted one bit for bit. If parameters stop being finite it ends there as
    `numerical_overflow`, and the GAN is exported as it is.

    Raises:
        ShapeError: if the networks do not fit the records' shape.
        ShardError: if records are missing, cannot be read, or are not finite.
        ValueError: if there are no training records; or if another process is needed
            and cannot reach the store.
        DeviceError: if there are fewer devices than `params.devices`.
        DeviceMemoryError: if a device's memory does not hold a batch.
    """
    return fill(curriculum, params, [assigned(seed, context)])[0]
