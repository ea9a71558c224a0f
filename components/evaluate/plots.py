"""Arrays for the report to draw."""

from typing import Any

import numpy as np

from components.features import flatten

POINTS, SHOWN = 1000, 64

Values = np.ndarray[Any, Any]


def plot_arrays(real: Values, generated: Values, seed: int) -> dict[str, Values]:
    """real_2d, generated_2d (m, 2); samples, real_samples (64 at most, *shape).

    Data of two dimensions is drawn as it is; other data along the two principal axes
    of the real records. Samples that are not finite have no point.
    """
    random = np.random.default_rng([seed, 6])
    chosen = random.permutation(len(real))
    finite = generated[np.isfinite(flatten(generated)).all(1)]
    project = _plane(flatten(real))
    return {
        "real_2d": project(real[np.sort(chosen[:POINTS])]),
        "generated_2d": project(finite[:POINTS]),
        "samples": generated[:SHOWN],
        "real_samples": real[chosen[:SHOWN]],
    }


def _plane(flat: Values) -> Any:
    """A map from records to points (m, 2) float32."""
    dimension = flat.shape[1]
    center, axes = np.zeros(dimension), np.eye(dimension)[:, :2]
    if dimension > 2:
        from sklearn.decomposition import PCA

        fitted = PCA(2, svd_solver="full").fit(flat)
        center, axes = fitted.mean_, fitted.components_.T

    def project(data: Values) -> Values:
        points = (flatten(data) - center) @ axes
        points = np.pad(points, ((0, 0), (0, 2 - points.shape[1])))
        return points.astype(np.float32)

    return project
