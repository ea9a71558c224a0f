"""Series made up of others, on numbers that a pencil gives."""

import numpy as np
import pytest

from components.derived import CORE, DERIVED, TAIL, derived

NAN = np.nan
TABLE = {
    "tier_coverage.0": np.array([0.5, 0.0, NAN, 0.8]),
    "tier_coverage.1": np.array([9.0, 9.0, 9.0, 9.0]),
    "tier_coverage.2": np.array([0.25, 0.5, 0.5, 0.0]),
    "spectrum_imaginary_max": np.array([3.0, 0.0, NAN, 5.0]),
    "spectrum_radius": np.array([4.0, 0.0, NAN, 5.0]),
    "discriminator_update_ratio": np.array([0.02, 0.0, 0.01, 0.03]),
    "generator_update_ratio": np.array([0.01, 0.01, 0.0, NAN]),
    "sample_dimension": np.array([1.0, 1.5, NAN, 2.0]),
    "record_dimension": np.array([2.0, 2.0, NAN, 2.0]),
}
EXPECTED = {
    TAIL: [0.5, NAN, NAN, 0.0],
    CORE: [2.0, 0.0, NAN, NAN],
    "rotation": [0.75, NAN, NAN, 1.0],
    "discriminator_lead": [6.0, 0.0, NAN, NAN],
    "generator_lead": [1 / 6, NAN, NAN, NAN],
    "relative_dimension": [0.5, 0.75, NAN, 1.0],
}


@pytest.mark.parametrize("name", DERIVED)
def test_what_divides_by_nothing_is_not_read(name):
    found = derived(name, TABLE, {"discriminator_steps": 3})
    np.testing.assert_allclose(found, EXPECTED[name], rtol=1e-15)


@pytest.mark.parametrize("name", DERIVED)
def test_without_its_parts_there_is_none(name):
    assert derived(name, {"tier_coverage.0": np.ones(3)}, {}) is None


def test_what_a_probe_reads_is_not_derived():
    assert derived("spectrum_radius", TABLE, {}) is None
