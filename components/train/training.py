"""Trainings in this process, from the curriculum to the filled artifacts."""

from collections.abc import Sequence

from components.artifacts import Curriculum
from components.train.assignment import Assignment
from components.train.checkpoints import State
from components.train.facts import facts_of
from components.train.game import Game
from components.train.memory import advice, tried
from components.train.outputs import write_gan, write_telemetry
from components.train.params import TrainParams
from components.train.precision import precision
from components.train.records import class_count, opened
from components.train.together import Together
from components.train.trainer import Trainer


def train_here(
    curriculum: Curriculum, params: TrainParams, assignments: Sequence[Assignment]
) -> None:
    """Train on the backend of this process's Keras, and fill the artifacts.

    Args:
        assignments: one; or, with `params.vectorize_seeds`, any number, which one
            compiled program trains.

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
        facts = facts_of(curriculum, records, holdout)

        def run() -> list[tuple[Game, State]]:
            trainers: list[Trainer] = []
            for each in assignments:
                game = Game(params, curriculum.shape(), each.seed, classes, facts)
                like = trainers[0] if trainers else None
                trainers.append(Trainer(game, records, holdout, each.context, like))
            if params.vectorize_seeds:
                states = Together(trainers).run()
            else:
                states = [trainer.run() for trainer in trainers]
            games = [trainer.game for trainer in trainers]
            return list(zip(games, states, strict=True))

        played, failure = tried(run)
        if played is None:
            seeds = [each.seed for each in assignments]
            raise advice(failure, params, seeds, records, classes)
        for each, (game, state) in zip(assignments, played, strict=True):
            write_gan(each.gan, game, state, records)
            write_telemetry(each.telemetry, game, state)
