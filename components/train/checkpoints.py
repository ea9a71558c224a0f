"""Checkpoints: everything training needs to go on as if it had not been stopped."""

import hashlib
import io
import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from components.directory import Directory

KEPT = 2
FILE = re.compile(r"checkpoint-(\d+)\.npz")


@dataclass
class State:
    """Where training stands, beside the game's variables.

    Attributes:
        step: steps done.
        limit: the number of records drawn from.
        carry: the last step's readings, see `components.train.game.START`.
        rows: one dict of series a reading.
        frames: snapshots, step -> samples (m, *shape).
        memory: what probes keep from one reading to the next, by name.
        ended: how the training ended; None while it goes on.
    """

    step: int
    limit: int
    carry: dict[str, float]
    rows: list[dict[str, float]] = field(default_factory=list)
    frames: dict[int, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    ended: str | None = None


class Checkpoints:
    """The newest checkpoints in a folder, each named by its step.

    Args:
        folder: scratch space that outlives a crash.
        identity: of the training; checkpoints of another are ignored.
        log: where ignored checkpoints are mentioned.
    """

    def __init__(self, folder: Directory, identity: str, log: logging.Logger) -> None:
        self.folder, self.log = folder, log
        self.identity = hashlib.sha256(identity.encode()).hexdigest()

    def steps(self) -> list[int]:
        """The steps of which there is a checkpoint, sound or not, oldest first."""
        if not self.folder.exists():
            return []
        found = map(FILE.fullmatch, self.folder.names())
        return sorted(int(name[1]) for name in found if name)

    @staticmethod
    def name(step: int) -> str:
        """Of a step's file."""
        return f"checkpoint-{step:09d}.npz"

    def save(self, state: State, variables: list[Any], step: int | None = None) -> None:
        """Write a checkpoint, then drop all but the newest.

        Args:
            step: that it is named by; None: the state's. One that has ended is kept
                under the present step of those that go on beside it.
        """
        arrays = {f"variable_{i}": np.asarray(v) for i, v in enumerate(variables)}
        arrays |= {f"frame_{step}": frame for step, frame in state.frames.items()}
        arrays |= {f"memory_{name}": kept for name, kept in state.memory.items()}
        series = sorted({name for row in state.rows for name in row})
        table = [[row.get(name, np.nan) for name in series] for row in state.rows]
        about = {
            "identity": self.identity,
            "step": state.step,
            "limit": state.limit,
            "ended": state.ended,
            "series": series,
            "carry": sorted(state.carry),
        }
        carry = np.asarray([state.carry[name] for name in sorted(state.carry)])
        buffer = io.BytesIO()
        np.savez(
            buffer,
            allow_pickle=False,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            carry=carry,
            table=np.asarray(table, np.float64).reshape(len(table), len(series)),
            **arrays,
        )
        name = self.name(state.step if step is None else step)
        self.folder.write_bytes(name, buffer.getvalue())
        for step in self.steps()[:-KEPT]:
            self.folder.filesystem.rm(self.folder.path(self.name(step)))

    def restore(
        self, variables: list[Any], steps: Iterable[int] | None = None
    ) -> State | None:
        """Set the variables from the newest sound checkpoint; None without one.

        Args:
            steps: of the checkpoints to choose from; None: all of them.
        """
        for step in sorted(self.steps() if steps is None else steps, reverse=True):
            name = self.name(step)
            try:
                state, values = self._read(name, variables)
            except Exception as error:
                self.log.warning("Checkpoint %s ignored: %s", name, error)
                continue
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
            return state
        return None

    def _read(self, name: str, variables: list[Any]) -> tuple[State, list[Any]]:
        arrays = self.folder.read_arrays(name)
        about = json.loads(arrays["about"].tobytes())
        if about["identity"] != self.identity:
            raise ValueError("it belongs to another training")
        values = [arrays[f"variable_{i}"] for i in range(len(variables))]
        for value, variable in zip(values, variables, strict=True):
            if value.shape != tuple(variable.shape):
                raise ValueError(f"shape {value.shape}, not {tuple(variable.shape)}")
        frames, memory = (
            {
                key.removeprefix(prefix): value
                for key, value in arrays.items()
                if key.startswith(prefix)
            }
            for prefix in ("frame_", "memory_")
        )
        state = State(
            step=about["step"],
            limit=about["limit"],
            ended=about["ended"],
            carry=dict(zip(about["carry"], arrays["carry"].tolist(), strict=True)),
            rows=[
                dict(zip(about["series"], row, strict=True))
                for row in arrays["table"].tolist()
            ],
            frames={step: frames[str(step)] for step in sorted(map(int, frames))},
            memory=memory,
        )
        return state, values
