"""Classes for data that have none: clusters of the training records' features.

Gaussian mixtures of 1, 2, … components are fitted; the one with the best integrated
completed likelihood counts (Biernacki, Celeux and Govaert 2000): BIC with a penalty for
records that lie between components. BIC alone takes as many Gaussians as a density's
shape asks for, and so divides a uniform square; silhouettes cannot say that there is
one cluster; the gap statistic has to fit its null many times over.

Covariances are full, so that a cluster of any slant is one. What many dimensions would
make of them is avoided by looking along the leading principal axes only. EM starts from
Ward's hierarchy, cut (Fraley and Raftery 2002): nothing is left to luck.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from components.distances import Array

MOST = 25
"""Clusters that are looked for."""
PATIENCE = 8
"""Numbers tried beyond the best one: where clusters lie in a pattern, several in a row
can be worse than one, 25 in a square being found after 24 that are not."""
AXES = 8
ROWS = 4096
"""Records that are clustered at most, since Ward's hierarchy needs their square."""
STEPS = 40
"""Of EM; mixtures that need more have no clusters that stand apart."""
FLOOR = 1e-6
"""Least variance, where the first axis has 1."""
EXPECTED = 7.0
"""Samples that the smallest cluster gets on average from a perfect generator, at least:
then it gets none by chance once in e^7, a thousand times."""
CRITERION = "integrated completed likelihood of Gaussian mixtures"

Index = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class Clusters:
    """A division of feature space.

    Attributes:
        number: of clusters; 1: none stand apart.
        axes: from features (n, d) to the axes that are looked along (n, a).
        mixture: of Gaussians there.
    """

    number: int
    axes: Any
    mixture: Any

    def labels(self, features: Array) -> Index:
        """(n,) the cluster of each point, from 0."""
        found: Index = self.mixture.predict(self.axes(features))
        return found.astype(np.int32)

    def as_json(self) -> dict[str, Any]:
        """`clusters` of metrics.json."""
        return {"number": self.number, "most": MOST, "criterion": CRITERION}


def find_clusters(features: Array, samples: int, seed: int) -> Clusters:
    """The clusters of points (n, d), by the best criterion of all numbers tried.

    Args:
        samples: how many will be looked for in the clusters: none is so small that
            these would miss it by chance.
        seed: of the choice of points, where there are more than `ROWS`.
    """
    from threadpoolctl import threadpool_limits

    # One thread: sums of products of this size gain nothing from more, and their last
    # bits would depend on how many there are.
    with threadpool_limits(1):
        random = np.random.default_rng([seed, 11])
        rows = np.sort(random.permutation(len(features))[:ROWS])
        axes = _axes(features[rows], seed)
        points = axes(features[rows])
        best, number, chosen = np.inf, 0, None
        for tried, mixture in _mixtures(points):
            shares = mixture.predict_proba(points)
            sizes = np.bincount(shares.argmax(1), minlength=tried)
            smallest = max(points.shape[1] + 1, len(points) * EXPECTED / samples)
            score = criterion(mixture, points, shares)
            if tried == 1 or (score < best and sizes.min() >= smallest):
                best, number, chosen = score, tried, mixture
            elif tried - number >= PATIENCE:
                break
        return Clusters(number, axes, chosen)


def criterion(mixture: Any, points: Array, shares: Array) -> float:
    """BIC + 2 · entropy of the components' shares (n, k) in each point; less is better.

    Minus twice the integrated completed likelihood of Biernacki et al. 2000.
    """
    logarithms = np.log(np.maximum(shares, np.finfo(np.float64).tiny))
    return float(mixture.bic(points) - 2.0 * (shares * logarithms).sum())


def _axes(features: Array, seed: int) -> Any:
    """The map onto the leading principal axes, the first one's deviation being 1."""
    from sklearn.decomposition import PCA

    known = np.asarray(features, np.float64)
    count = min(AXES, *known.shape)
    with np.errstate(invalid="ignore"):  # Shares of a variance of 0.
        fitted = PCA(count, random_state=seed % 2**32).fit(known)
    scale = float(np.sqrt(fitted.explained_variance_[0])) or 1.0
    return lambda values: fitted.transform(np.asarray(values, np.float64)) / scale


def _mixtures(points: Array) -> Iterator[tuple[int, Any]]:
    """(k, fitted mixture) for k = 1, 2, …, as long as covariances can be had."""
    from scipy.cluster.hierarchy import fcluster, linkage

    dimension = points.shape[1]
    tree = linkage(points, "ward")
    for count in range(1, MOST + 1):
        if count > 1 and len(points) < 2 * count * (dimension + 1):
            return
        parts = fcluster(tree, count, "maxclust")
        # Ties in the tree can leave fewer parts than were asked for.
        if len(np.unique(parts)) == count:
            yield count, _fitted(points, parts)


def _fitted(points: Array, parts: Index) -> Any:
    """The mixture that EM reaches from a division of the points into parts."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    groups = [points[parts == part] for part in np.unique(parts)]
    floor = FLOOR * np.eye(points.shape[1])
    spreads = [np.cov(g.T, bias=True).reshape(floor.shape) + floor for g in groups]
    mixture = GaussianMixture(
        len(groups),
        reg_covar=FLOOR,
        max_iter=STEPS,
        random_state=0,
        weights_init=np.array([len(group) for group in groups]) / len(points),
        means_init=np.stack([group.mean(0) for group in groups]),
        precisions_init=np.linalg.inv(np.stack(spreads)),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return mixture.fit(points)
