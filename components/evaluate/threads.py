"""How many threads scikit-learn's loops get."""

from contextlib import AbstractContextManager

from components.distances import Array

LARGE = 1 << 20
"""Values of a point set from which threads gain more than they wait."""


def threads_for(points: Array) -> AbstractContextManager[object]:
    """One thread for a few points, all of them for many.

    Threads meet after every pass over the points. Where another process has the cores,
    as where two trials are evaluated, a short pass by two takes many times as long as
    by one.
    """
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(
        1 if points.size < LARGE else None, "openmp"
    )
    return limits
