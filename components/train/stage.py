"""The `train` component."""

from typing import NamedTuple

from components.artifacts import Curriculum, Gan, Telemetry
from components.component import Context, component
from components.train.params import TrainParams


class TrainOutputs(NamedTuple):
    """A trained GAN, and what the probes read while it trained."""

    gan: Gan
    telemetry: Telemetry


@component(placement="worker", accelerator=True)
def train(
    curriculum: Curriculum, params: TrainParams, *, seed: int, context: Context
) -> TrainOutputs:
    """Train a GAN while probes watch the game.

    Training resumes from its last checkpoint in `context.scratch`; the result equals
    the uninterrupted one bit for bit. If parameters stop being finite it ends there
    as `numerical_overflow`, and the GAN is exported as it is.

    Raises:
        ShapeError: if the networks do not fit the records' shape.
        ValueError: if there are no training records, or some are not finite.
    """
    from components.train.game import Game
    from components.train.outputs import write_gan, write_telemetry
    from components.train.records import load
    from components.train.trainer import Trainer

    records, holdout = load(curriculum)
    game = Game(params, curriculum.shape(), seed)
    state, ended = Trainer(game, records, holdout, context).run()
    outputs = TrainOutputs(context.create(Gan), context.create(Telemetry))
    write_gan(outputs.gan, game, state)
    write_telemetry(outputs.telemetry, game, state, ended)
    return outputs
