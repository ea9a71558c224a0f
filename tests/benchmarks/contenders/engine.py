"""This project's engine: the trainer's own loop, without and with telemetry."""

import tempfile
import time
from typing import Any

import numpy as np
from cases import Case

from components.artifacts import Records
from components.component import Context
from components.directory import Directory
from components.train.checkpoints import Checkpoints, State
from components.train.game import START, Game
from components.train.trainer import Trainer
from contenders import Contender, timed


class Engine(Contender):
    """Steps as the trainer calls them, at the compile policy of network and device."""

    def __init__(self, case: Case, backend: str) -> None:
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
            self.play(4 * self.trainer.size)

    def close(self) -> None:
        self.folder.cleanup()


class Observed(Engine):
    """Whole trainings with readings at the default cadence, and checkpoints."""

    def __init__(self, case: Case, backend: str) -> None:
        super().__init__(case, backend)
        self.name += ", telemetry on"
        self.trained, self.warmed = 0, False
        self.spent = {"read": 0.0, "save": 0.0}
        self.seconds = 1.0
        self.trainer.read = self._watched("read", self.trainer.read)  # type: ignore

    def warm(self) -> None:
        super().warm()
        self.compile_seconds += timed(lambda: self.trainer.read(self._start()))
        self.warmed = True

    def play(self, steps: int) -> float:
        """One training of the case's steps, whatever is asked for."""
        if not self.warmed:
            return super().play(steps)
        folder = Directory(f"{self.folder.name}/{self.trained}")
        checkpoints = Checkpoints(folder, "", self.trainer.context.log)
        checkpoints.save = self._watched("save", checkpoints.save)  # type: ignore
        self.trainer.checkpoints = checkpoints
        self.trained += 1
        self.spent = dict.fromkeys(self.spent, 0.0)
        self.seconds = timed(self.trainer.run)
        return self.trainer.params.steps / self.seconds

    def shares(self) -> dict[str, float]:
        return {what: spent / self.seconds for what, spent in self.spent.items()}

    def _start(self) -> State:
        return State(0, self.state.limit, dict(START))

    def _watched(self, what: str, function: Any) -> Any:
        def watched(*arguments: Any) -> None:
            start = time.perf_counter()
            function(*arguments)
            self.spent[what] += time.perf_counter() - start

        return watched


def _trainer(game: Game, case: Case, folder: str) -> Trainer:
    context = Context(create=lambda kind: kind(folder), scratch=Directory(folder))
    held = len(case.data) // 10
    return Trainer(game, _records(case.data), _records(case.data[:held]), context)


def _records(data: np.ndarray) -> Records:
    zeros = np.zeros(len(data))
    none = np.full(len(data), -1, np.int32)
    digests = np.arange(len(data)).astype("S64")
    return Records(data, none, zeros, zeros.astype(np.int32), digests)
