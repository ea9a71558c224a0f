"""Who else is at the machine."""

import os
import time

import psutil

BUSY = 0.1
"""Share of the cores in others' hands above which figures come with a warning."""


class Others:
    """How much of the cores other processes take, from now on."""

    def __init__(self) -> None:
        self.start = _now()

    def share(self) -> float:
        """Their share of all cores since the start, 0 to 1."""
        clock, busy, own = (
            now - then for now, then in zip(_now(), self.start, strict=True)
        )
        return max(0.0, (busy - own) / (clock * (psutil.cpu_count() or 1)))


def _now() -> tuple[float, float, float]:
    """Seconds: of the clock, of all cores at work, of them in our processes."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # Guests' time is in users' already.
    counted = [name for name in times._fields if not name.startswith("guest")]
    total = sum(getattr(times, name) for name in counted)
    root = psutil.Process()
    own = 0.0
    for process in (root, *root.children(recursive=True)):
        used = process.cpu_times()
        own += used.user + used.system
    return time.perf_counter(), total - idle, own


def load() -> str:
    """The load average of the last minute, in words."""
    return f"load average {os.getloadavg()[0]:.2f} on {psutil.cpu_count()} cores"
