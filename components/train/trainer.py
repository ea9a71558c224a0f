"""Training from boundary to boundary: loop, readings, pacing, checkpoints."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np

from components.component import Context
from components.train.checkpoints import Checkpoints, State
from components.train.feeds import feed_of
from components.train.game import START, Game
from components.train.pacing import Progress
from components.train.params import TrainParams
from components.train.probes import Probe, probes
from components.train.shards import Shards
from components.train.view import Bench, View

SECONDS_A_CALL = 0.4
SECONDS_A_REPORT = 0.5
FIRST_CALL = 16


class Schedule:
    """The steps at which training stops for something."""

    def __init__(self, params: TrainParams, tiers: int) -> None:
        self.steps = steps = params.steps
        telemetry = params.telemetry
        every = telemetry.every or max(1, steps // 60)
        self.readings = {*range(0, steps, every), steps}
        known = np.array(sorted(self.readings))
        wanted = np.linspace(0, steps, telemetry.snapshots + 1)
        nearest = np.abs(known[:, None] - wanted[None, :]).argmin(axis=0)
        self.snapshots = {int(step) for step in known[nearest]}
        self.checkpoints = set(
            range(params.checkpoint.every, steps, params.checkpoint.every)
        )
        self.pacing = params.pacing.boundaries(steps, tiers)
        self.numbers = {step: number for number, step in enumerate(known.tolist())}
        self.all: list[int] = sorted(
            {*self.readings, *self.checkpoints, *self.pacing} & {*range(steps + 1)}
        )

    def next(self, step: int) -> int:
        """The first boundary after a step."""
        return min(boundary for boundary in self.all if boundary > step)

    def due(self, probe: Probe, step: int) -> bool:
        """Whether a probe reads at a step that has readings."""
        if probe.at_snapshots:
            return step in self.snapshots
        return self.numbers[step] % probe.every == 0 or step == self.steps


class Trainer:
    """One training: plays the game to its end, from a checkpoint if there is one.

    What it computes is a function of parameters, data and seed: neither the number of
    steps in a compiled call nor a stop and resume changes a bit of it.

    Args:
        game: the game at its start.
        train: training records, sorted from core to outliers.
        holdout: records for probes.
        context: progress, scratch space for checkpoints, log.
    """

    def __init__(
        self, game: Game, train: Shards, holdout: Shards, context: Context
    ) -> None:
        self.game, self.params, self.context = game, game.params, context
        sizes = np.bincount(train.tiers)
        self.counts = [int(count) for count in np.cumsum(sizes) if count]
        self.tier_ends = np.cumsum(sizes)
        self.schedule = Schedule(self.params, len(self.counts))
        self.bench = Bench(game, train, holdout)
        self.probes: list[Probe] = probes(game)
        # Where records lie changes nothing: a training may go on with them elsewhere.
        settings = self.params.model_dump_json(exclude={"data"})
        identity = f"{settings} {game.seed} {train.first}"
        self.checkpoints = Checkpoints(context.scratch, identity, context.log)
        self.feed = feed_of(game, train, self.schedule.pacing, self.foreseen)
        context.log.info("Training records: %s.", self.feed)
        self.loop: Callable[..., dict[str, Any]] = game.primitives.compile_loop(
            game.step, game.variables, game.policy, game.devices
        )
        self.size, self.reported, self.pace = FIRST_CALL, 0.0, 0.0

    def run(self) -> tuple[State, str]:
        """Train to the end. Returns the state and how it ended."""
        state = self.checkpoints.restore(self.game.variables)
        if state is None:
            start = self.params.pacing.start(self.counts)
            state = State(step=0, limit=start, carry=dict(START))
            self.read(state)
        with closing(self.feed):
            return state, self.play(state)

    def play(self, state: State) -> str:
        """Train on from a state to the end. Returns how it ended."""
        while state.step < self.params.steps:
            self.advance(state, self.schedule.next(state.step))
            if state.step in self.schedule.readings:
                self.read(state)
                if not self.finite(state):
                    return "numerical_overflow"
            self.pace_on(state)
            if state.step in self.schedule.checkpoints:
                self.checkpoints.save(state, self.game.variables)
        return "completed"

    def advance(self, state: State, boundary: int) -> None:
        """Play to a boundary, in calls short enough to report progress between."""
        while state.step < boundary:
            started = time.monotonic()
            fed, end = self.feed.of(state.step, state.limit)
            count = min(self.size, min(boundary, end) - state.step)
            carry = self.loop(state.step, count, state.carry, fed)
            state.carry = {name: float(value) for name, value in carry.items()}
            state.step += count
            elapsed = max(time.monotonic() - started, 1e-6)
            self.pace = count / elapsed
            wished = int(self.pace * SECONDS_A_CALL)
            self.size = max(1, min(wished, 2 * self.size))
            self.report(state)

    def report(self, state: State) -> None:
        now = time.monotonic()
        if now - self.reported < SECONDS_A_REPORT and state.step < self.params.steps:
            return
        self.reported = now
        figures = {
            "steps/s": self.pace,
            "D loss": state.carry["discriminator_loss"],
            "G loss": state.carry["generator_loss"],
        }
        self.context.progress(state.step, self.params.steps, **figures)

    def read(self, state: State) -> None:
        """Take the readings of a step, and a snapshot if it is due."""
        tier = int(np.searchsorted(self.tier_ends, state.limit))
        view = View(self.bench, state.carry, tier, state.step)
        snapshot = state.step in self.schedule.snapshots
        row = {"step": float(state.step)}
        for probe in self.probes:
            if self.schedule.due(probe, state.step):
                row |= dict(probe.read(view))
        state.rows.append(row)
        if snapshot:
            state.frames[state.step] = view.samples[: self.params.telemetry.samples]

    def pace_on(self, state: State) -> None:
        """Ask the pacing whether harder records join."""
        state.limit = self.limit(state.step, state.limit, self.bench.precision)

    def foreseen(self, step: int, limit: int) -> int:
        """The limit from a boundary on; where competence decides, if nothing joins."""
        return self.limit(step, limit, lambda _: 0.0)

    def limit(self, step: int, limit: int, competence: Callable[[int], float]) -> int:
        """The number of records drawn from after a step, `limit` before it."""
        if step not in self.schedule.pacing:
            return limit
        steps, counts = self.params.steps, self.counts
        return self.params.pacing.limit(
            Progress(step, steps, counts, limit, competence)
        )

    def finite(self, state: State) -> bool:
        """Whether every parameter still is a number.

        Only what is not finite makes one that is not, but for a step's own overflow,
        which the next step's loss shows: between, there is no need to look at them.
        """
        counted = state.carry["nonfinite_count"] > 0
        if not counted and state.step < self.params.steps:
            return True
        return all(np.all(np.isfinite(np.asarray(v))) for v in self.game.variables)
