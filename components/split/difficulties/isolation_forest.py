"""Difficulty as ease of isolation."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from annotated_types import Ge, Le

from components.split.difficulty import Difficulty, Score

if TYPE_CHECKING:
    import numpy as np


class IsolationForest(Difficulty):
    """Anomaly score in [0, 1] (Liu, Ting and Zhou 2008): few random cuts isolate it."""

    kind: Literal["isolation_forest"] = "isolation_forest"
    trees: Annotated[int, Ge(1), Le(10_000)] = 100
    """Trees in the forest."""

    def fit(self, features: "np.ndarray[Any, Any]", seed: int) -> Score:
        from sklearn.ensemble import IsolationForest as Forest

        forest = Forest(n_estimators=self.trees, random_state=seed).fit(features)

        def score(
            values: "np.ndarray[Any, Any]", fitted: "np.ndarray[Any, Any]"
        ) -> "np.ndarray[Any, Any]":
            import numpy as np

            return -np.asarray(forest.score_samples(values), np.float64)

        return score
