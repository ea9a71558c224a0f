"""What is known of the data before anything is trained on them."""

import hashlib
from typing import Any, NamedTuple

import numpy as np

from components.artifacts import Curriculum
from components.records import Modes
from components.train.shards import Shards
from components.train.skew import Skew, skew_of

Array = np.ndarray[Any, Any]

REPEATED = ("duplicate", "near_duplicate")
"""Reasons to leave out a record that is there in another one."""
ROWS_BYTES = 1 << 24
"""Bytes of records that are looked at together."""


class Facts(NamedTuple):
    """Of training records, but for `tiers`.

    Attributes:
        kind: `images` (height, width, channels), or `points`.
        records: how many.
        duplicates: share of them that are copies of another: all but one of each set
            of equal values.
        shares: (classes,) of each class among those that have a label; None: none has.
        tiers: of the records that probes hold samples against.
        modes: of a mixture whose modes are known, else None.
        skew: of classes, or known modes, against the holdout; None without either.
        rejects: records that curation left out, by reason; None if nobody says.
        rejected: share of all that were read that were unfit; None if nobody says.
    """

    kind: str
    records: int
    duplicates: float
    shares: Array | None
    tiers: int
    modes: Modes | None
    skew: Skew | None
    rejects: dict[str, int] | None
    rejected: float | None

    def told(self) -> dict[str, Any]:
        """As plain values."""
        shares = self.shares
        return {
            "kind": self.kind,
            "records": self.records,
            "duplicates": self.duplicates,
            "largest_class_share": None if shares is None else float(shares.max()),
            "smallest_class_share": None if shares is None else float(shares.min()),
            "rarest_class": None if self.skew is None else self.skew._asdict(),
            "rejects": self.rejects,
            "rejected": self.rejected,
        }


def facts_of(curriculum: Curriculum, train: Shards, holdout: Shards) -> Facts:
    """The facts of a curriculum whose parts are open."""
    info = curriculum.info()
    held = holdout if len(holdout) else train
    return Facts(
        kind="images" if len(curriculum.shape()) == 3 else "points",
        records=len(train),
        duplicates=1 - distinct(train) / len(train),
        shares=class_shares(train.labels, len(info.get("classes") or ())),
        tiers=1 + int(held.tiers.max()),
        modes=curriculum.modes(),
        skew=skew_of(train, holdout, curriculum.modes()),
        rejects=info.get("rejected"),
        rejected=_unfit(info.get("rejected"), len(train) + len(holdout)),
    )


def _unfit(rejects: dict[str, int] | None, accepted: int) -> float | None:
    """Share of what was read; records that are there once more are no loss."""
    if rejects is None:
        return None
    unfit = sum(count for name, count in rejects.items() if name not in REPEATED)
    return unfit / (unfit + accepted)


def class_shares(labels: Array, classes: int) -> Array | None:
    """How frequent each class is among labels (n,), -1 for none; None without any.

    Args:
        classes: at least so many there are, whether or not a label says so.
    """
    known = labels[labels >= 0]
    return np.bincount(known, minlength=classes) / len(known) if len(known) else None


def distinct(shards: Shards) -> int:
    """How many records differ in their values from all before them.

    By digests of 16 bytes, which is what each takes of memory: among 10^9 records two
    have the same by chance once in 10^20 times.
    """
    digests = np.empty((len(shards), 16), np.uint8)
    number = 0
    for view in shards.views:
        step = max(1, ROWS_BYTES // (4 * view.shape[1]))
        for first in range(0, len(view), step):
            # Adding 0 makes -0 the 0 that it equals.
            for row in view[first : first + step] + np.float32(0):
                digest = hashlib.blake2b(row, digest_size=16).digest()
                digests[number] = np.frombuffer(digest, np.uint8)
                number += 1
    return len(np.unique(digests.view("V16")))
