"""Progress of a pipeline, read from the files that it leaves.

Workers may be anywhere, and Beam tells little while it works; but every chunk leaves a
table in scratch when it is prepared and its final tables when it is finished.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from components.artifacts import Dataset
from components.component import Context

INTERVAL = 2.0
"""Seconds between two looks; a look lists two folders."""


@contextmanager
def watched(context: Context, dataset: Dataset, chunks: int) -> Iterator[None]:
    """Report chunks done while inside; a chunk that is only prepared counts half."""
    ended = threading.Event()
    context.progress(0, chunks)

    def watch() -> None:
        while not ended.wait(INTERVAL):
            # This is only for show: files come and go while they are listed, which
            # filesystems answer in their own ways.
            with suppress(Exception):
                context.progress(chunks_done(context, dataset), chunks)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def chunks_done(context: Context, dataset: Dataset) -> int:
    """Half of the chunks prepared plus half of those finished."""
    prepared = [n for n in context.scratch.names() if n.startswith("records-")]
    # A chunk may leave records, rejects or both, under one number.
    finished = {name.rpartition("/")[2] for name in dataset.names() if "/part-" in name}
    return (len(prepared) + len(finished)) // 2
