"""What a metric can read at all: where an interval of it ends."""

from collections.abc import Mapping
from typing import Any

Reach = tuple[float | None, float | None]

SHARES = ("share", "coverage", "precision", "recall", "accuracy", "f8", "f_eighth")
LEAST = {
    "density": 0.0,
    "frechet_distance": 0.0,
    "reverse_kl": 0.0,
    "sliced_wasserstein_distance": 0.0,
    "classifier_score": 1.0,
    "support": 1.0,
    "spread": 0.0,
}


def reach(name: str, entry: Mapping[str, Any] | None = None) -> Reach:
    """The least and the most of a metric, by its entry's `range` or its name.

    None where there is no bound, or none that is known: an unbiased estimate of a
    squared distance can be below 0, and so can what a user measures.
    """
    stated = (entry or {}).get("range")
    if stated is not None:
        least, most = stated
        return least, most
    if name.endswith(SHARES):
        return 0.0, 1.0
    return next((low for end, low in LEAST.items() if name.endswith(end)), None), None
