"""Difficulty as improbability under one Gaussian."""

from typing import TYPE_CHECKING, Any, Literal

from components.split.difficulty import Difficulty, Score

if TYPE_CHECKING:
    import numpy as np


class Gaussian(Difficulty):
    """Negative log-density, in nats, under a Gaussian fitted to the training records.

    The covariance is shrunk towards a multiple of the identity (Ledoit and Wolf
    2004), so constant pixels and few records do no harm.
    """

    kind: Literal["gaussian"] = "gaussian"

    def fit(self, features: "np.ndarray[Any, Any]", seed: int) -> Score:
        import numpy as np
        from sklearn.covariance import ledoit_wolf

        exact = features.astype(np.float64)
        mean = exact.mean(axis=0)
        covariance = np.atleast_2d(ledoit_wolf(exact)[0])
        # A smallest variance, for data that do not vary at all.
        covariance += np.eye(len(mean)) * np.finfo(np.float32).tiny
        factor = np.linalg.cholesky(covariance)
        constant = np.log(np.diag(factor)).sum() + len(mean) / 2 * np.log(2 * np.pi)

        def score(
            values: "np.ndarray[Any, Any]", fitted: "np.ndarray[Any, Any]"
        ) -> "np.ndarray[Any, Any]":
            from scipy.linalg import solve_triangular

            centred = (values.astype(np.float64) - mean).T
            whitened = solve_triangular(factor, centred, lower=True)
            return np.asarray(constant + 0.5 * (whitened**2).sum(axis=0))

        return score
