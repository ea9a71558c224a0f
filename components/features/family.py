"""The family of features: a member is fitted to records once, and maps records then."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from components.foresight import Foresight
from components.parts import Part

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class FittedFeatures:
    """A map from records to features."""

    accuracy: float | None = None
    """Share of held-back records classified rightly; None without a classifier."""
    unreliable: str | None = None
    """Why nothing may be concluded from the features; None where they are sound."""
    note: str = ""
    """What a reader of figures that are measured in them must know."""

    def __call__(self, data: "Array") -> "Array":
        """Records (n, *shape) -> features (n, d).

        float64, or float32 where a network computes in it. Through networks that are
        not learnt here a record's features are equal bit for bit however many other
        records there are: see `in_batches`.
        """
        raise NotImplementedError

    def arrays(self) -> "dict[str, Array]":
        """All that has been learnt, for the features' `restore`."""
        return {}

    def logits(self, data: "Array") -> "Array | None":
        """A classifier's logits (n, classes) float64; None without a classifier."""
        return None


class Features(Part):
    """What distances between records are measured in."""

    classifies: ClassVar[bool] = False
    """Whether what is fitted has logits."""
    learns: ClassVar[bool] = False
    """Whether what is fitted depends on the records, and so lays these elsewhere than
    others of the same density: what they read is then no null of new samples, and
    others must stand for these."""

    def fit(self, data: "Array", labels: "Array", *, seed: int) -> FittedFeatures:
        """Fit to records.

        Args:
            data: (n, *shape), finite.
            labels: (n,) int, -1 where there is none.
            seed: of everything random in the fit.

        Raises:
            ValueError: if the features cannot be had from these records.
        """
        raise NotImplementedError

    def restore(self, arrays: "Mapping[str, Array]") -> FittedFeatures:
        """What `fit` returned, from its `arrays`."""
        raise NotImplementedError

    def foresee(self, records: Foresight, path: str) -> None:
        """Refuse records that the features cannot be had from.

        Args:
            records: as far as they are known before anything runs.
            path: of the features, within the parameters that they are part of.

        Raises:
            Unfit: if they cannot.
        """

    def files(self) -> tuple[str, ...]:
        """Paths of the files that the features depend on."""
        return ()

    def fingerprint(self) -> str | None:
        """Changes with the content of the files; None without any."""
        import hashlib
        from pathlib import Path

        digests = []
        # What is no file is refused where it is read, with what was expected.
        for path in filter(Path.is_file, map(Path, self.files())):
            with path.open("rb") as file:
                digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        return "\n".join(digests) or None


def flatten(data: "Array") -> "Array":
    """Records (n, *shape) as (n, d) float64."""
    import numpy as np

    values = np.asarray(data, np.float64)
    # Not -1: there may be no records.
    return values.reshape(len(values), math.prod(values.shape[1:]))


def in_batches(function: Any, data: "Array", size: int) -> "Array":
    """A function of `size` records, applied to any number (n, *shape) of them.

    The last batch is filled up with zeros: how products are summed depends on the
    shapes, so only with constant ones are a record's features always the same.

    Args:
        function: (size, *shape) -> (size, …), each row of its own record alone.
    """
    import numpy as np

    made = []
    for start in range(0, max(len(data), 1), size):
        batch = data[start : start + size]
        filled = np.zeros((size, *data.shape[1:]), data.dtype)
        filled[: len(batch)] = batch
        made.append(function(filled)[: len(batch)])
    return np.concatenate(made)
