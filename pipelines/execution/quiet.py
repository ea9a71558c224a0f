"""Keeps third-party noise out of the terminal, and threads within the machine.

TensorFlow's C++ code, absl and gRPC write to file descriptors 1 and 2, so the
descriptors themselves are pointed at the run's log; whoever draws for a person keeps a
duplicate of the terminal.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LOG_VARIABLE = "GANOPSY_LOG"
"""Environment variable that names the run's log file to a worker process."""

SILENCE = {
    "ABSL_MIN_LOG_LEVEL": "2",
    "GLOG_minloglevel": "2",
    "GRPC_VERBOSITY": "ERROR",
    "GRPC_ENABLE_FORK_SUPPORT": "0",
    "PYTHONUNBUFFERED": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
"""What third-party libraries read when they are imported."""


def cores() -> int:
    """CPU cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def worker_environment(processes: int) -> dict[str, str]:
    """Environment variables for one of several workers on this machine.

    Each gets its share of the cores, so that workers together do not oversubscribe.

    Args:
        processes: workers at once; 0 or 1 leaves every core to the one.
    """
    threads = str(max(1, cores() // max(1, processes)))
    share = dict.fromkeys(
        (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "TF_NUM_INTRAOP_THREADS",
            "TF_NUM_INTEROP_THREADS",
        ),
        threads,
    )
    return {**SILENCE, **(share if processes > 1 else {})}


def apply_environment(processes: int = 0) -> None:
    """Set the variables that the user has not set, before anything heavy is loaded."""
    for name, value in worker_environment(processes).items():
        os.environ.setdefault(name, value)


@contextmanager
def terminal_kept(log: str) -> Iterator[TextIO]:
    """Point descriptors 1 and 2 at a log file; yield the terminal that was there.

    Args:
        log: path of the log file, appended to.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    redirect(log)
    terminal = os.fdopen(os.dup(kept[0]), "w", buffering=1, encoding="utf-8")
    try:
        yield terminal
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        terminal.close()
        for descriptor, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)


def redirect(log: str) -> None:
    """Point descriptors 1 and 2 of this process at a log file, appended to."""
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.close(target)


def log_to(path: str) -> None:
    """Send Python's logging of this process to a file instead of to the terminal."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    )
    root = logging.getLogger()
    for known in root.handlers[:]:
        root.removeHandler(known)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("ganopsy").setLevel(logging.INFO)
    # Beam's workers set the root's level themselves.
    logging.getLogger("apache_beam").setLevel(logging.WARNING)
    logging.captureWarnings(True)
