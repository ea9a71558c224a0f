"""A training in this process, from the curriculum to the filled artifacts."""

from components.artifacts import Curriculum, Gan, Telemetry
from components.component import Context
from components.train.checkpoints import State
from components.train.game import Game
from components.train.memory import advice, tried
from components.train.outputs import write_gan, write_telemetry
from components.train.params import TrainParams
from components.train.precision import precision
from components.train.records import class_count, opened
from components.train.trainer import Trainer


def train_here(
    curriculum: Curriculum,
    params: TrainParams,
    seed: int,
    context: Context,
    gan: Gan,
    telemetry: Telemetry,
) -> None:
    """Train on the backend of this process's Keras, and fill both artifacts.

    Raises:
        ShapeError, ShardError, ValueError, DeviceError, DeviceMemoryError: as
            `train` says.
    """
    with (
        precision(params.precision),
        opened(curriculum, params.precision) as (records, holdout),
    ):
        told = (records, holdout) if params.conditional else ()
        classes = class_count(curriculum, *told) if told else None

        def run() -> tuple[Game, State, str]:
            game = Game(params, curriculum.shape(), seed, classes)
            return game, *Trainer(game, records, holdout, context).run()

        played, failure = tried(run)
        if played is None:
            raise advice(failure, params, seed, records, classes)
        game, state, ended = played
        write_gan(gan, game, state, records)
        write_telemetry(telemetry, game, state, ended)
