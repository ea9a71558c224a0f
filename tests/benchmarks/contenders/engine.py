"""This project's engine: the trainer's own loop, without and with telemetry."""

import tempfile
import time
from typing import Any

import numpy as np
from cases import Case

from components.component import Context
from components.directory import Directory
from components.train import backend as backends
from components.train.checkpoints import State
from components.train.game import START, Game
from components.train.timetable import FEWEST_READINGS
from components.train.trainer import Trainer
from contenders import Contender, timed

STEPS_TO_SPARE = 10_000_000


class Engine(Contender):
    """Steps as the trainer calls them, at the compile policy of network and device."""

    def __init__(self, case: Case, backend: str) -> None:
        # A trainer goes no further than its training's end.
        self._make(case.lasting(STEPS_TO_SPARE), backend)

    def _make(self, case: Case, backend: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.game = Game(case.params, case.data.shape[1:], 0)
        self.name = f"engine, {backend} ({self.game.policy})"
        self.trainer = _trainer(self.game, case, self.folder.name)
        self.state = State(0, len(case.data), dict(START))

    def play(self, steps: int) -> float:
        boundary = self.state.step + steps
        return steps / timed(lambda: self.trainer.advance(self.state, boundary))

    def warm(self) -> None:
        super().warm()
        # The trainer finds the length of its calls while it plays.
        start = time.perf_counter()
        while time.perf_counter() - start < 2:
            self.play(4 * self.trainer.pace.size)

    def close(self) -> None:
        self.folder.cleanup()


class Observed(Engine):
    """Whole trainings, with their readings and checkpoints, as `train` runs them.

    A slow game's training is cut to a step a reading, and the share is of a training of
    full length, which has as many readings.
    """

    def __init__(self, case: Case, backend: str) -> None:
        self.length = case.params.steps
        slow = case.convolutional and backends.current().Devices(1).kind == "cpu"
        self.case = case.lasting(FEWEST_READINGS) if slow else case
        self._make(self.case, backend)
        self.name += ", telemetry on"
        self.trained = 0
        self.spent = {"read": 0.0, "save": 0.0}
        self.seconds = 1.0

    def warm(self) -> None:
        self.compile_seconds = timed(lambda: self.play(0))

    def play(self, steps: int) -> float:
        """One training of the case's steps, whatever is asked for."""
        folder = f"{self.folder.name}/{self.trained}"
        # As `train` does it: a trainer for each, like the first, whose code it runs.
        trainer = _trainer(self.game, self.case, folder, self.trainer)
        saved = trainer.checkpoints
        saved.save = self._watched("save", saved.save)  # type: ignore[method-assign]
        trainer.read = self._watched("read", trainer.read)  # type: ignore
        self.trained += 1
        self.spent = dict.fromkeys(self.spent, 0.0)
        seconds = timed(trainer.run)
        played = trainer.params.steps
        stepping = seconds - sum(self.spent.values())
        self.seconds = sum(self.spent.values()) + stepping * self.length / played
        return self.length / self.seconds

    def shares(self) -> dict[str, float]:
        return {what: spent / self.seconds for what, spent in self.spent.items()}

    def _watched(self, what: str, function: Any) -> Any:
        def watched(*arguments: Any) -> Any:
            start = time.perf_counter()
            told = function(*arguments)
            self.spent[what] += time.perf_counter() - start
            return told

        return watched


class Held:
    """Records in memory, to be read as those of shards are."""

    def __init__(self, data: np.ndarray) -> None:
        self.data, self.shape, self.dtype = data, data.shape[1:], data.dtype
        self.nbytes = data.nbytes
        self.record_bytes = data.nbytes // len(data)
        self.labels = np.full(len(data), -1, np.int32)
        self.tiers = np.zeros(len(data), np.int32)
        self.first = ""

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        return self.data[rows]


def _trainer(
    game: Game, case: Case, folder: str, like: Trainer | None = None
) -> Trainer:
    context = Context(create=lambda kind: kind(folder), scratch=Directory(folder))
    parts: list[Any] = [Held(case.data), Held(case.data[: len(case.data) // 10])]
    return Trainer(game, *parts, context, like)
