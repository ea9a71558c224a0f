"""How causes are told from one another, on runs that are drawn from a known model."""

import math

import numpy as np
import pytest

from components.diagnose.weighing import (
    FREEDOM,
    Run,
    Weighing,
    fitted_weight,
    log_density,
)

CENTERS = {"one": (4.0, 0.0, 0.0), "two": (0.0, 4.0, 0.0), "three": (0.0, 0.0, 4.0)}
NAMES = ("a", "b", "c")


def drawn(random, cause, case="", spread=1.0):
    values = random.normal(CENTERS[cause], spread)
    return Run(cause, case, dict(zip(NAMES, values.tolist(), strict=True)))


def runs(seed=0, each=8, cases=2):
    random = np.random.default_rng(seed)
    return tuple(
        drawn(random, cause, f"{cause}{index % cases}")
        for cause in CENTERS
        for index in range(each)
    )


def test_the_density_is_students():
    stats = pytest.importorskip("scipy.stats")
    theirs = [stats.t.logpdf(x, FREEDOM, 1.5, 0.7) for x in (-3.0, 1.0, 9.0)]
    ours = [log_density(x, 1.5, 0.7) for x in (-3.0, 1.0, 9.0)]
    assert np.diff(ours) == pytest.approx(np.diff(theirs))


def test_the_cause_that_made_a_run_is_the_likeliest():
    model, random = Weighing(runs()), np.random.default_rng(1)
    right = 0
    for cause in CENTERS:
        for _ in range(50):
            read = drawn(random, cause).departures
            right += cause == max(CENTERS, key=lambda c: model.log_ratio(c, read))
    # Centers lie 4√2 deviations apart: Bayes' rule errs in about .5 %.
    assert right >= 145


def test_terms_add_up_to_the_ratio_and_name_what_speaks():
    model, read = Weighing(runs(), weight=0.5), {"a": 4.0, "b": 0.0}
    terms = model.terms("one", read)
    assert terms[0].statistic == "a" and terms[0].log_ratio > 0
    assert math.fsum(t.log_ratio for t in terms) == model.log_ratio("one", read)
    whole = Weighing(runs()).log_ratio("one", read)
    assert model.log_ratio("one", read) == pytest.approx(0.5 * whole)


def test_a_cause_that_was_hardly_run_says_nothing():
    few = (*runs(), Run("rare", "rare", {"a": 9.0}), Run("rare", "rare", {"a": 9.1}))
    assert "rare" not in Weighing(few).causes
    assert Weighing(few).log_ratio("rare", {"a": 9.0}) == 0.0


def test_one_reading_far_out_does_not_decide():
    """Student's tail is a power: how far out a reading lies counts as its logarithm."""
    model = Weighing(runs())
    loud = [model.log_ratio("one", {"a": a, "b": 0.0}) for a in (1e3, 1e6)]
    assert abs(loud[1] - loud[0]) < 1


def test_statistics_that_say_the_same_are_weighed_down():
    """Eight copies of one reading are worth one of it: a smaller weight is fitted."""
    random = np.random.default_rng(2)

    def copied(run, noise):
        return {
            f"{name}{copy}": value + noise * random.normal()
            for name, value in run.departures.items()
            for copy in range(8)
        }

    near = {c: tuple(0.3 * x for x in at) for c, at in CENTERS.items()}
    plain = []
    for cause in near:
        for index in range(16):
            values = random.normal(near[cause], 1.0)
            read = dict(zip(NAMES, values.tolist(), strict=True))
            plain.append(Run(cause, f"{cause}{index % 4}", read))
    eightfold = [Run(r.cause, r.case, copied(r, 0.01)) for r in plain]
    assert fitted_weight(eightfold) < fitted_weight(plain)
