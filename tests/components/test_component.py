"""Declarations that are refused."""

import pytest

from components.artifacts import Metrics, Report
from components.component import ComponentError, Context, OverSeeds, component
from components.run import RunInfo

AT_ONCE = OverSeeds(lambda params: True, lambda **given: [])


def driver(*, seed: int, context: Context) -> Metrics: ...


def without_a_seed(metrics: Metrics, *, context: Context) -> Metrics: ...


def about_the_run(*, seed: int, run: RunInfo, context: Context) -> Report: ...


@pytest.mark.parametrize(
    ("function", "placement"),
    [(driver, "driver"), (without_a_seed, "worker"), (about_the_run, "worker")],
)
def test_seeds_are_done_as_one_only_where_they_can_be(function, placement):
    with pytest.raises(ComponentError, match="`over_seeds` of component"):
        component(placement=placement, over_seeds=AT_ONCE)(function)
