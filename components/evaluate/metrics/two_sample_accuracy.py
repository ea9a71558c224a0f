"""Classifier two-sample test (Lopez-Paz and Oquab 2017), by nearest neighbours.

A classifier learns to tell half of the samples from as many records, and is tried on
the other halves. Where both are of one distribution every guess is a toss of a coin, so
the number of right ones of n is binomial (n, 1/2).

Nearest neighbours, √n of them as in the paper: a linear classifier sees means alone, a
quadratic one what the Fréchet distance sees, and a network would have to be trained for
every null. They see any difference given samples enough, and have nothing to tune.
"""

import math

import numpy as np

from components.evaluate.comparison import Comparison
from components.evaluate.metrics import metric
from components.evaluate.threads import threads_for


def guesses(comparison: Comparison) -> tuple[int, int] | None:
    """Right guesses and all, of half of the samples and as many records."""
    from sklearn.neighbors import KNeighborsClassifier

    both = comparison.balanced
    size = both.generated.size
    if size < 2:
        return None
    random = np.random.default_rng([comparison.seed, 35])
    real, generated = (
        # Near the origin products of features lose least to rounding.
        random.permutation(side.features - both.reference.features.mean(0))
        for side in (both.reference, both.generated)
    )
    half = size // 2
    learnt = np.concatenate((real[:half], generated[:half]))
    is_real = np.arange(2 * half) < half
    # Of equally near ones the first count: they must not all be of one side.
    order = random.permutation(2 * half)
    # An odd number is never of two minds.
    classifier = KNeighborsClassifier(math.isqrt(2 * half) | 1, algorithm="brute")
    classifier.fit(learnt[order], is_real[order])
    tried = np.concatenate((real[half:], generated[half:]))
    with threads_for(tried):
        guessed = classifier.predict(tried)
    right = guessed == (np.arange(len(tried)) < size - half)
    return int(right.sum()), len(tried)


def p_value(comparison: Comparison) -> float | None:
    """How often a coin would make as many right guesses, or more."""
    from scipy.stats import binomtest

    found = comparison.once(guesses)
    return found and float(binomtest(*found, p=0.5, alternative="greater").pvalue)


def bounds(comparison: Comparison) -> list[float] | None:
    """Wilson's 95 % interval of this classifier's accuracy."""
    from scipy.stats import binomtest

    found = comparison.once(guesses)
    if found is None:
        return None
    low, high = binomtest(*found).proportion_ci(method="wilson")
    return [float(low), float(high)]


@metric(
    better="lower",
    bounds=bounds,
    p_value=p_value,
    balanced=True,
    blind_to="what only few samples show: it is 1/2 and half of the total variation at "
    "most, so a lost mode of a hundred adds half of a percent; in many dimensions "
    "small shifts; copies of these very records, which can take it below 1/2",
)
def two_sample_accuracy(comparison: Comparison) -> float | None:
    """Share of right guesses; 1/2 for equal distributions, 1 for disjoint ones.

    Where all points are the same every guess is one side: 1/2. None of a single record
    or sample, which leaves nothing to learn from.
    """
    found = comparison.once(guesses)
    return None if found is None else found[0] / found[1]
