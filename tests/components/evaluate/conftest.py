"""What tests of metrics share: comparisons of plain arrays."""

import numpy as np
import pytest

from components.evaluate.comparison import Comparison, Sample


def _sample(values):
    values = np.asarray(values, np.float64)
    return Sample(values, values, np.full(len(values), -1))


@pytest.fixture(scope="session")
def compare():
    """`compare(real, generated, seed)`: the comparison of points (n, d)."""

    def make(real, generated, seed=0):
        return Comparison(_sample(generated), _sample(real), 1, None, None, seed)

    return make
