"""The interval of a share of groups that samples capture: known modes, or classes.

What is estimated is the share that as many new samples of the generator capture on
average, mean_k 1 - (1 - p_k)^n, where a sample captures group k with probability p_k.
A bootstrap of the samples cannot know: it never draws a group that no sample captured,
nor doubts one that many did, and so is a point where all groups are captured.

Whatever the p_k are, no sum of independent hits of one mean strays further than the
binomial one (Hoeffding 1956). So Clopper and Pearson's interval (1934) of so many hits
among all groups holds; and where the groups that were not seen have p_k so small that
n samples may miss them, no better upper end is known.

But how often each group was hit says which of them could hardly have been missed. Let
p_k have the distribution Beta(c, n - c + 1) that Clopper and Pearson take the lower end
of c hits from, and 0 of no hit: the share's quantile is a lower end, for one group an
exact one, for many on the safe side. The higher of both counts, each at half of the
tail.
"""

import numpy as np

from components.evaluate.comparison import Index

TAIL = 0.025
DRAWS = 4000
LEAST_DRAWS, VALUES = 400, 1_000_000
"""Of many groups fewer draws do: their mean has less chance."""


def captured_bounds(hits: Index, n: int, seed: int) -> list[float]:
    """A 95 % interval of the share of groups that n samples capture on average.

    Args:
        hits: (K,) samples that capture each group, of n.
    """
    captured, groups = int((hits > 0).sum()), len(hits)
    low = max(by_hits(hits, n, seed), binomial_end(captured, groups, TAIL / 2))
    return [low, binomial_end(captured, groups, 1 - TAIL)]


def by_hits(hits: Index, n: int, seed: int) -> float:
    """The lower end by how often each group was hit."""
    seen = hits[hits > 0]
    draws = max(min(DRAWS, VALUES // len(hits)), LEAST_DRAWS)
    random = np.random.default_rng([seed, 36])
    shares = random.beta(seen, n - seen + 1, (draws, len(seen)))
    missed = (1 - shares) ** n
    return float(np.quantile((1 - missed).sum(1) / len(hits), TAIL / 2))


def binomial_end(captured: int, groups: int, tail: float) -> float:
    """Clopper and Pearson's end with so much below it: lower where that is little."""
    from scipy.stats import beta

    above = tail > 0.5
    if captured == (groups if above else 0):
        return float(above)
    return float(beta.ppf(tail, captured + above, groups - captured + 1 - above))
