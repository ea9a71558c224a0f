"""Difficulty as distance from the nearest neighbours."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from components.split.difficulty import Difficulty, Score, SplitError

if TYPE_CHECKING:
    import numpy as np


class KnnDistance(Difficulty):
    """Euclidean distance to the k-th nearest other training record.

    Loftsgaarden and Quesenberry 1965: the k-th distance is an inverse estimate of
    density. A training record is not its own neighbour.
    """

    kind: Literal["knn_distance"] = "knn_distance"
    k: Annotated[int, Ge(1), Le(1000)] = 10
    """Which neighbour."""

    def fit(self, features: "np.ndarray[Any, Any]", seed: int) -> Score:
        from sklearn.neighbors import NearestNeighbors

        if len(features) <= self.k:
            raise SplitError(
                "Invalid value for `difficulty.k`. Expected fewer neighbours than "
                f"training records ({len(features)}). Received: {self.k}"
            )
        neighbours = NearestNeighbors(n_neighbors=self.k + 1).fit(features)

        def score(
            values: "np.ndarray[Any, Any]", fitted: "np.ndarray[Any, Any]"
        ) -> "np.ndarray[Any, Any]":
            import numpy as np

            distances = neighbours.kneighbors(values)[0].astype(np.float64)
            # A fitted record's nearest is itself, so its k-th other is one further.
            further = np.where(fitted, distances[:, self.k], distances[:, self.k - 1])
            return np.asarray(further)

        return score
