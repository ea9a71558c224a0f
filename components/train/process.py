"""Training in a process of its own: on another backend than here, or to spare memory.

The child is handed its task on standard input, which then stays open: its end is how
the child knows that this process has gone. It answers with lines of JSON, see
`components.train.child`.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from components.artifacts import Curriculum
from components.component import Context
from components.directory import Directory
from components.train.assignment import Assignment
from components.train.params import TrainParams

CHILD = "components.train.child"
KINDS = 50
"""Compiled in one process: what TensorFlow compiled for a training, 80 MB for the
smallest, is freed by nothing but the process's end."""


@dataclass
class Count:
    """Of what this process has compiled: trainings of a kind in a row share it."""

    kinds: int = 0


COMPILED = Count()


def room_here(curriculum: Curriculum, assignments: Sequence[Assignment]) -> bool:
    """Whether this process may hold what one more training compiles.

    It must where no other process reaches the folders.
    """
    folders = [curriculum, *(each.context.scratch for each in assignments)]
    return COMPILED.kinds < KINDS or any(map(in_memory, folders))


def in_memory(folder: Directory) -> bool:
    """Whether a folder is in this process's memory, which no other sees."""
    return folder.url.startswith("memory:")


def train_elsewhere(
    curriculum: Curriculum, params: TrainParams, assignments: Sequence[Assignment]
) -> None:
    """Train in a child process on `params.backend`, and fill the artifacts.

    Whatever ends this call, an interrupt too, ends the child at once.

    Args:
        assignments: as of `train_here`.

    Raises:
        ValueError: if a folder is in this process's memory, which no other sees.
        RuntimeError: if the child dies, or raises what has no class here.
        Exception: what the child raised, with its message.
    """
    refuse_memory(curriculum, params.backend)
    for each in assignments:
        for folder in (each.gan, each.telemetry, each.context.scratch):
            refuse_memory(folder, params.backend)
    task = {
        "curriculum": [curriculum.url, curriculum.digest],
        "model": [type(params).__module__, type(params).__qualname__],
        "params": params.model_dump_json(),
        "assignments": [
            {
                "seed": each.seed,
                "gan": each.gan.url,
                "telemetry": each.telemetry.url,
                "scratch": each.context.scratch.url,
            }
            for each in assignments
        ],
    }
    contexts = [each.context for each in assignments]
    with started(params.backend) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(task) + "\n")
        child.stdin.flush()
        for line in child.stdout:
            if heard(line, contexts):
                return
        raise RuntimeError(death(child.wait(), params.backend))


def refuse_memory(folder: Directory, name: str) -> None:
    """Refuse what a child process cannot reach."""
    if in_memory(folder):
        raise ValueError(
            f"Invalid value for `store`. Expected a folder or a URL that another "
            f"process reaches: Keras in this process does not run on {name}, so that "
            f"training has a process of its own. Received: {folder.url}. Choose "
            f"another `store`, or start with KERAS_BACKEND={name}."
        )


@contextmanager
def started(name: str) -> Iterator["subprocess.Popen[str]"]:
    """The child process, waiting for its task; killed at the end if it still runs."""
    # Modules are found there as they are here, a user's own beside the spec included.
    places = [str(Path(place).absolute()) for place in sys.path]
    environment = {"KERAS_BACKEND": name, "PYTHONPATH": os.pathsep.join(places)}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", CHILD],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        # A terminal's Ctrl-C is this process's to answer.
        start_new_session=True,
    )
    try:
        yield child
    finally:
        child.kill()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            # Closing flushes, and the reader may have died before it read.
            with suppress(BrokenPipeError):
                pipe.close()
        child.wait()


def heard(line: str, contexts: Sequence[Context]) -> bool:
    """Pass on what the child says; whether it is done.

    Args:
        contexts: of the assignments, in the task's order.

    Raises:
        Exception: what the child raised.
    """
    try:
        kind, content = json.loads(line)
    except ValueError:
        kind, content = "log", {"level": 30, "message": line.rstrip()}
    if kind == "progress":
        context = contexts[content["assignment"]]
        context.progress(content["step"], content["total"], **content["fields"])
    elif kind == "log":
        contexts[0].log.log(content["level"], "%s", content["message"])
    elif kind == "error":
        raise rebuilt(content)
    return bool(kind == "done")


def rebuilt(told: dict[str, str]) -> Exception:
    """The exception that the child raised, or a RuntimeError that names it.

    Only Python's own exceptions and ours: importing another's module could import
    the very library that this process was to be kept from.
    """
    error: Exception | None = None
    if told["module"] == "builtins" or told["module"].startswith("components."):
        kind = getattr(importlib.import_module(told["module"]), told["type"], None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            error = made(kind, told["message"])
    error = error or RuntimeError(f"{told['type']}: {told['message']}")
    error.add_note(f"In the process of its own:\n{told['traceback']}")
    return error


def made(kind: type[Exception], message: str) -> Exception | None:
    """An exception with a message, if its class takes one and shows it as it is."""
    try:
        error = kind(message)
    except TypeError:
        return None
    return error if str(error) == message else None


def death(code: int, name: str) -> str:
    """How the child ended without an answer, in words."""
    how = f"with exit code {code}"
    if code < 0:
        how = f"of {signal.Signals(-code).name}"
        if -code == signal.SIGKILL:
            how += ", most often because memory ran out"
    return (
        f"The process that trained on {name} ended {how}, before it was done. What it "
        f"last said is in the log."
    )
