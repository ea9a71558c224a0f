"""Training from boundary to boundary: loop, readings, pacing, checkpoints."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import numpy as np

from components.component import Context
from components.train.bench import Bench
from components.train.checkpoints import Checkpoints, State
from components.train.feeds import Feed, feed_of
from components.train.game import START, Game
from components.train.pacing import Progress
from components.train.probes import Probe, probes
from components.train.shards import Shards
from components.train.timetable import Pace, Timetable
from components.train.view import View

SECONDS_A_REPORT = 0.5


class Trainer:
    """One training: plays the game to its end, from a checkpoint if there is one.

    What it computes is a function of parameters, data and seed: neither the number of
    steps in a compiled call nor a stop and resume changes a bit of it.

    Args:
        game: the game at its start.
        train: training records, sorted from core to outliers.
        holdout: records for probes.
        context: progress, scratch space for checkpoints, log.
        like: a trainer whose game differs in its seed alone, to share with what holds
            of both: compiled code, and records on the device if they are the same.
    """

    def __init__(
        self,
        game: Game,
        train: Shards,
        holdout: Shards,
        context: Context,
        like: "Trainer | None" = None,
    ) -> None:
        self.game, self.params, self.context = game, game.params, context
        sizes = np.bincount(train.tiers)
        self.counts = [int(count) for count in np.cumsum(sizes) if count]
        self.tier_ends = np.cumsum(sizes)
        self.timetable = Timetable(self.params, len(self.counts))
        known = None if like is None else like.bench
        self.bench: Bench = Bench(game, train, holdout, known)
        self.probes: list[Probe] = probes(game)
        # Where records lie changes nothing: a training may go on with them elsewhere.
        settings = self.params.model_dump_json(exclude={"data"})
        identity = f"{settings} {game.seed} {train.first}"
        self.checkpoints = Checkpoints(context.scratch, identity, context.log)
        self.feed: Feed = (
            like.feed
            if like is not None and like.bench.train is train
            else feed_of(game, train, self.timetable.pacing, self.foreseen)
        )
        context.log.info("Training records: %s.", self.feed)
        self.loop: Any = (
            like.loop.reading(game.variables)
            if like is not None
            else game.primitives.compile_loop(
                game.step, game.variables, game.policy, game.devices
            )
        )
        self.pace, self.reported, self.seconds_read = Pace(), 0.0, 0.0
        self.aside = ThreadPoolExecutor(1, "probes")
        self.pending: list[Future[None]] = []

    def run(self) -> State:
        """Train to the end. Returns the state there."""
        with closing(self.feed), one_thread():
            state = self.start()
            while state.ended is None:
                self.advance(state, self.timetable.next(state.step))
                self.arrive(state)
            return state

    def start(self) -> State:
        """The state of the newest checkpoint, or the game's start."""
        restored = self.checkpoints.restore(self.game.variables)
        return self.begin() if restored is None else restored

    def begin(self) -> State:
        """The game's start, read."""
        start = self.params.pacing.start(self.counts)
        state = State(step=0, limit=start, carry=dict(START))
        with self.reading():
            self.read(state)
        return state

    def arrive(self, state: State) -> None:
        """Do what a boundary is for, and say in the state if the training ended."""
        kept = state.step in self.timetable.checkpoints
        last = state.step == self.params.steps
        with self.reading():
            finite = state.step not in self.timetable.readings or self.read(state)
            if kept or last or not finite:
                self.settle()
        if finite:
            self.pace_on(state)
            if kept:
                self.checkpoints.save(state, self.game.variables)
        if last or not finite:
            state.ended = "completed" if finite else "numerical_overflow"
            self.tell_seconds()

    def settle(self) -> None:
        """Wait for what is read aside."""
        for future in self.pending:
            future.result()
        self.pending.clear()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around what keeps the game waiting for readings."""
        started = time.monotonic()
        yield
        self.seconds_read += time.monotonic() - started

    def tell_seconds(self) -> None:
        """Log what readings cost: that depends on the game."""
        played, read = self.pace.seconds, self.seconds_read
        share = read / max(played + read, 1e-6)
        self.context.log.info(
            f"Steps took {played:.1f} s and readings {read:.1f} s, {share:.0%} of "
            f"both, compiling included; `telemetry` sets how often there are any."
        )

    def advance(self, state: State, boundary: int) -> None:
        """Play to a boundary, in calls short enough to report progress between."""
        while state.step < boundary:
            fed, end = self.feed.of(state.step, state.limit)
            count = min(self.pace.size, min(boundary, end) - state.step)
            with self.pace.timed(count):
                carry = self.loop(state.step, count, state.carry, fed)
                state.carry = {name: float(value) for name, value in carry.items()}
            state.step += count
            self.report(state)

    def report(self, state: State) -> None:
        now = time.monotonic()
        if now - self.reported < SECONDS_A_REPORT and state.step < self.params.steps:
            return
        self.reported = now
        figures = {
            "steps/s": self.pace.rate,
            "D loss": state.carry["discriminator_loss"],
            "G loss": state.carry["generator_loss"],
        }
        self.context.progress(state.step, self.params.steps, **figures)

    def read(self, state: State) -> bool:
        """Take the readings of a step, and a snapshot if it is due.

        Returns:
            whether everything that training changes still is a number.
        """
        tier = int(np.searchsorted(self.tier_ends, state.limit))
        view = View(self.bench, state, tier)
        snapshot = state.step in self.timetable.snapshots
        row = {"step": float(state.step)}
        finite = view.finite  # The game is looked at now, not when it has gone on.
        self.settle()
        for probe in self.probes if state.step == 0 else ():
            probe.begin(view)
        for probe in self.probes:
            if not self.timetable.due(probe, state.step):
                continue
            if probe.aside:
                self.pending.append(self.aside.submit(read_into, row, probe, view))
            else:
                row |= dict(probe.read(view))
        state.rows.append(row)
        if snapshot:
            state.frames[state.step] = view.samples[: self.params.telemetry.samples]
        return finite

    def pace_on(self, state: State) -> None:
        """Ask the pacing whether harder records join."""
        state.limit = self.limit(state.step, state.limit, self.bench.precision)

    def foreseen(self, step: int, limit: int) -> int:
        """The limit from a boundary on; where competence decides, if nothing joins."""
        return self.limit(step, limit, lambda _: 0.0)

    def limit(self, step: int, limit: int, competence: Callable[[int], float]) -> int:
        """The number of records drawn from after a step, `limit` before it."""
        if step not in self.timetable.pacing:
            return limit
        steps, counts = self.params.steps, self.counts
        return self.params.pacing.limit(
            Progress(step, steps, counts, limit, competence)
        )


def one_thread() -> AbstractContextManager[object]:
    """While a training lasts NumPy's matrix products have one thread.

    Those that wait for more spin, on cores that compiled code needs: on two cores
    products with the Jacobian took twice as long, steps a tenth longer.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1, "blas")
    return limits


def read_into(row: dict[str, float], probe: Probe, view: View) -> None:
    row.update(probe.read(view))
