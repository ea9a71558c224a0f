"""The process in which a training runs whose backend is not its parent's.

`python -m components.train.child`, with KERAS_BACKEND set. The task is a line of JSON
on standard input, see `components.train.process`. Every answer is a line of JSON on
what was standard output, `[kind, content]`:

- `progress`: assignment (its place in the task), step, total, fields;
- `log`: level, message;
- `error`: module, type, message, traceback; the last line;
- `done`; the last line.

Whatever else is written to standard output goes where standard error goes.
"""

import importlib
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from typing import Any, TextIO

from components.artifacts import Artifact, Curriculum, Gan, Telemetry
from components.component import Context, Reporter
from components.directory import Directory
from components.train.assignment import Assignment


class Channel:
    """Where answers go, from any thread."""

    def __init__(self, out: TextIO) -> None:
        self._out, self._lock = out, threading.Lock()

    def send(self, kind: str, content: Any = None) -> None:
        with self._lock:
            self._out.write(json.dumps([kind, content]) + "\n")
            self._out.flush()

    def reporter(self, assignment: int) -> Reporter:
        """What reports the progress of one of the task's assignments."""

        def report(step: int, total: int, fields: Mapping[str, Any]) -> None:
            told = {"assignment": assignment, "step": step, "total": total}
            self.send("progress", {**told, "fields": dict(fields)})

        return report


class Sender(logging.Handler):
    """Sends what is logged."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        self._channel.send("log", {"level": record.levelno, "message": message})


def main() -> None:
    """Do the task that standard input gives, and end."""
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    line = sys.stdin.readline()
    if not line:
        return
    task = json.loads(line)
    threading.Thread(target=end_with_parent, daemon=True).start()
    logging.getLogger().addHandler(Sender(channel))
    logging.getLogger("ganopsy").setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        perform(task, channel)
    except BaseException as error:
        channel.send("error", described(error))
    else:
        channel.send("done")
    # Tearing down a backend takes seconds, and there is nothing left to tear down.
    os._exit(0)


def perform(task: Mapping[str, Any], channel: Channel) -> None:
    """Train as the task says."""
    module, name = task["model"]
    model: Any = importlib.import_module(module)
    for part in name.split("."):
        model = getattr(model, part)
    params = model.model_validate_json(task["params"])
    from components.train.training import train_here

    def assignment(place: int, told: Mapping[str, Any]) -> Assignment:
        scratch, report = Directory(told["scratch"]), channel.reporter(place)
        context = Context(create=refuse, scratch=scratch, report=report)
        return Assignment(
            told["seed"], context, Gan(told["gan"]), Telemetry(told["telemetry"])
        )

    assignments = [assignment(*each) for each in enumerate(task["assignments"])]
    train_here(Curriculum(*task["curriculum"]), params, assignments)


def refuse(kind: type[Artifact]) -> Artifact:
    """Artifacts are the parent's to make."""
    raise NotImplementedError(f"a {kind.type} beside those that were handed over")


def described(error: BaseException) -> dict[str, str]:
    """An exception as JSON values."""
    return {
        "module": type(error).__module__,
        "type": type(error).__qualname__,
        "message": str(error),
        "traceback": "".join(traceback.format_exception(error)),
    }


def end_with_parent() -> None:
    """End this process once standard input ends: nobody would take its result.

    Checkpoints are written whole, so there is nothing to undo.
    """
    sys.stdin.buffer.read(1)
    os._exit(1)


if __name__ == "__main__":
    main()
