"""Trainings in this process, from the curriculum to the filled artifacts."""

import math
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
from components.train.process import COMPILED
from components.train.records import class_count, opened
from components.train.together import Together
from components.train.trainer import Trainer

KEPT = 1 << 24
"""Numbers in the variables of a trainer that is kept, at most: to compile a larger game
once more is little beside playing it, and memory may be short."""


class Last:
    """The trainer of a process's last training, for another of its kind to be like.

    Trainings that differ in seed and records run the same compiled code, and to compile
    it takes longer than to train a small GAN.
    """

    def __init__(self) -> None:
        self.kind = ""
        self.trainer: Trainer | None = None

    def take(self, kind: str) -> Trainer | None:
        """The trainer, if it is of the kind. Nobody else has it until it is kept again:
        what is compiled reads the variables of one game at a time."""
        known, self.trainer = self.trainer, None
        return known if self.kind == kind else None

    def keep(self, kind: str, trainer: Trainer) -> None:
        """Hold on to a trainer whose training has ended."""
        sizes = [math.prod(each.shape) for each in trainer.game.variables]
        if sum(sizes) <= KEPT:
            self.kind, self.trainer = kind, trainer


LAST = Last()


def kind_of(game: Game) -> str:
    """What compiled code depends on, beside the shapes of what it is given."""
    model = type(game.params)
    params = model.__module__, model.__qualname__, game.params.model_dump_json()
    return repr((*params, game.shape, game.classes, game.policy))


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
            shape = curriculum.shape()
            games = [
                Game(params, shape, each.seed, classes, facts) for each in assignments
            ]
            kind = kind_of(games[0])
            last = LAST.take(kind)
            COMPILED.kinds += last is None or params.vectorize_seeds
            trainers: list[Trainer] = []
            for each, game in zip(assignments, games, strict=True):
                like = trainers[0] if trainers else last
                trainers.append(Trainer(game, records, holdout, each.context, like))
            if params.vectorize_seeds:
                states = Together(trainers).run()
            else:
                states = [trainer.run() for trainer in trainers]
            LAST.keep(kind, last or trainers[0])
            return list(zip(games, states, strict=True))

        played, failure = tried(run)
        if played is None:
            seeds = [each.seed for each in assignments]
            raise advice(failure, params, seeds, records, classes)
        for each, (game, state) in zip(assignments, played, strict=True):
            write_gan(each.gan, game, state, records)
            write_telemetry(each.telemetry, game, state)
