"""Ending at once, whatever the process is doing.

Python runs signal handlers between two bytecodes of the main thread, which a training
loop compiled into one native call may not reach for seconds. The wakeup descriptor is
written by the C handler at once; a thread reads it. It ends the process with `_exit`:
commits to the store are atomic and scratch is written whole, so nothing needs undoing.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

INTERRUPTED = 130
"""Exit code of an interrupted run."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ends_at_once(farewell: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM end the process with exit code 130.

    Args:
        farewell: called first, in a thread: writes the record, tells the user.

    Outside the main thread, where Python sets no handlers, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = {number: signal.signal(number, _ignore) for number in SIGNALS}
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    received = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(reader, farewell, received), daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        if received.is_set():
            # What came to an end here did so because its workers were killed; the
            # process ends as interrupted, not as failed.
            watch.join()
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        writer.close()


def _ignore(number: int, frame: FrameType | None) -> None:
    """Stands in for the default handlers; the watching thread does the work."""


def _watch(
    reader: socket.socket, farewell: Callable[[], None], received: threading.Event
) -> None:
    with reader:
        while numbers := reader.recv(16):
            if any(number in numbers for number in SIGNALS):
                received.set()
                # A second signal, or a farewell that hangs on a remote store, must
                # not keep the process.
                threading.Timer(3.0, leave, args=(INTERRUPTED,)).start()
                try:
                    farewell()
                finally:
                    leave(INTERRUPTED)


def leave(code: int) -> None:
    """End this process and every process that it started, now."""
    end_children()
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def end_children() -> None:
    """Kill every descendant of this process.

    It does not wait for them: a kill cannot be refused, and while this process lived on
    its main thread would see them die, and would say that they had failed.
    """
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
