"""Trainings that differ in their seed alone, in one compiled program."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from components.train.checkpoints import State
from components.train.game import Game
from components.train.timetable import Pace
from components.train.trainer import Trainer, one_thread

OWN = "limit"
"""What each is fed for itself; the records are the same for all."""


def seeds_loop(game: Game) -> Callable[..., list[dict[str, Any]]]:
    """(first, count, carries, members, feeds) -> carries of several games at once.

    `count` steps from the `first` one on of games like this one. `members` are their
    variables, and `feeds` what each is fed, see `components.train.feeds`.
    """

    def step(index: Any, carry: Any, shared: Any, own: Any) -> Any:
        return game.step(index, carry, {**shared, **own})

    loop = game.primitives.compile_seeds_loop(step, game.variables, game.policy)

    def run(
        first: int, count: int, carries: Any, members: Any, feeds: Any
    ) -> list[dict[str, Any]]:
        shared = {name: value for name, value in feeds[0].items() if name != OWN}
        own = [{OWN: feed[OWN]} for feed in feeds]
        return list(loop(first, count, carries, members, shared, own))

    return run


class Together:
    """Several trainers whose steps are played at once, on JAX.

    Every boundary is that of all, so that each reads, paces on and keeps checkpoints as
    it would alone. One that overflows ends there; the others go on, and at their
    checkpoints its end is kept too: all resume at one step.

    Args:
        trainers: the first, then others made `like` it.
    """

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        self.trainers = trainers
        self.first = trainers[0]
        self.pace = Pace()
        for trainer in trainers:
            trainer.pace = self.pace
        self.loop = seeds_loop(self.first.game)

    def run(self) -> list[State]:
        """Train all to the end. Returns the state of each there."""
        with closing(self.first.feed), one_thread():
            states = self.start()
            while playing := [
                place for place, state in enumerate(states) if state.ended is None
            ]:
                self.advance(states, playing)
                for place in playing:
                    self.trainers[place].arrive(states[place])
                step = states[playing[0]].step
                if step in self.first.timetable.checkpoints:
                    self.keep_ended(states, step)
        return states

    def keep_ended(self, states: Sequence[State], step: int) -> None:
        """Keep those that have ended as of a step that the others have come to."""
        for trainer, state in zip(self.trainers, states, strict=True):
            if state.ended is not None:
                trainer.checkpoints.save(state, trainer.game.variables, step)

    def start(self) -> list[State]:
        """All at the newest step of which each has a sound checkpoint, or at the start.

        A stop can fall between two trainings' checkpoints.
        """
        games = [trainer.game.variables for trainer in self.trainers]
        first = [[np.asarray(variable) for variable in game] for game in games]
        known = [set(trainer.checkpoints.steps()) for trainer in self.trainers]
        for step in sorted(set.intersection(*known), reverse=True):
            states = [
                trainer.checkpoints.restore(game, [step])
                for trainer, game in zip(self.trainers, games, strict=True)
            ]
            if None not in states:
                return [state for state in states if state is not None]
            for game, values in zip(games, first, strict=True):
                for variable, value in zip(game, values, strict=True):
                    variable.assign(value)
        return [trainer.begin() for trainer in self.trainers]

    def advance(self, states: Sequence[State], playing: Sequence[int]) -> None:
        """Play those at the places `playing` to their next boundary."""
        trainers = [self.trainers[place] for place in playing]
        moved = [states[place] for place in playing]
        boundary = self.first.timetable.next(moved[0].step)
        while moved[0].step < boundary:
            fed = [
                trainer.feed.of(state.step, state.limit)[0]
                for trainer, state in zip(trainers, moved, strict=True)
            ]
            count = min(self.pace.size, boundary - moved[0].step)
            with self.pace.timed(count):
                carries = self.loop(
                    moved[0].step,
                    count,
                    [state.carry for state in moved],
                    [trainer.game.variables for trainer in trainers],
                    fed,
                )
                for state, carry in zip(moved, carries, strict=True):
                    state.carry = {name: float(value) for name, value in carry.items()}
                    state.step += count
            for trainer, state in zip(trainers, moved, strict=True):
                trainer.report(state)
