"""Who trains in the benchmark: each plays the same game for a number of steps."""

import time
from collections.abc import Callable


class Contender:
    """One way to train.

    Attributes:
        name: in the table.
        compile_seconds: of what came before the first timed step.
    """

    name: str
    compile_seconds = 0.0

    def play(self, steps: int) -> float:
        """Train for about so many steps, to their end; the steps per second."""
        raise NotImplementedError

    def warm(self) -> None:
        """Compile, and take the first steps."""
        self.compile_seconds = timed(lambda: self.play(1))

    def shares(self) -> dict[str, float]:
        """Of the last round's time, what else than steps took."""
        return {}

    def close(self) -> None:
        """Give back what it holds."""


def timed(function: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
