"""How causes are told from one another, on runs that are drawn from a known model."""

import math

import numpy as np
import pytest

from components.diagnose.weighing import (
    FREEDOM,
    MIXED,
    Run,
    Weighing,
    fitted_weight,
    log_density,
)

CENTERS = {"one": (4.0, 0.0, 0.0), "two": (0.0, 4.0, 0.0), "three": (0.0, 0.0, 4.0)}
NAMES = ("a", "b", "c")
CHECKS = {"one": ("a",), "two": ("b",), "three": ("c",)}


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
    model, random = Weighing(runs(), CHECKS), np.random.default_rng(1)
    right = 0
    for cause in CENTERS:
        for _ in range(50):
            read = drawn(random, cause).departures
            right += cause == max(CENTERS, key=lambda c: model.log_ratio(c, read))
    # Centers lie 4√2 deviations apart: Bayes' rule errs in about .5 %.
    assert right >= 145


def test_terms_are_a_causes_own_and_the_rest_and_add_up():
    model, read = Weighing(runs(), CHECKS), {"a": 4.0, "b": 0.0}
    terms = model.terms("one", read)
    assert [term.statistic for term in terms] == ["a", None]
    assert all(term.log_ratio > 0 for term in terms)
    assert math.fsum(t.log_ratio for t in terms) == model.log_ratio("one", read)


def test_the_rest_counts_as_much_as_its_weight():
    read = {"a": 4.0, "b": 0.0, "c": 0.0}
    faint, loud = (
        Weighing(runs(), CHECKS, weight).terms("one", read)[-1].log_ratio
        for weight in (1e-6, 0.5)
    )
    assert abs(faint) < 1e-4 < 0.1 < loud


def test_a_case_among_others_of_its_cause_is_recognized():
    """A cause that shows in two ways is as likely in either as in its own."""
    random = np.random.default_rng(3)
    other = [
        Run("one", "another way", {"a": -4 + random.normal(), "b": 0.0, "c": 0.0})
        for _ in range(8)
    ]
    model = Weighing((*runs(), *other), CHECKS)
    for a in (4.0, -4.0):
        read = {"a": a, "b": 0.0, "c": 0.0}
        assert max(CENTERS, key=lambda c: model.log_ratio(c, read)) == "one"


def test_a_cause_that_was_hardly_run_says_nothing():
    few = (*runs(), Run("rare", "rare", {"a": 9.0}), Run("rare", "rare", {"a": 9.1}))
    model = Weighing(few, {**CHECKS, "rare": ("a",)})
    assert "rare" not in model.causes
    assert model.log_ratio("rare", {"a": 9.0}) == 0.0


def test_no_reading_decides_alone():
    """What runs never showed may be all the same: a ratio is at most 19 to 1."""
    model = Weighing(runs(), CHECKS, weight=1e-9)
    for far in (4.0, 1e3, 1e6):
        (own, _) = model.terms("one", {"a": far})
        assert abs(own.log_ratio) <= math.log((1 - MIXED) / MIXED) + 1e-9


def test_pictures_that_mislead_are_weighed_down():
    """Readings that say nothing of the cause, but tell cases apart, overfit."""
    random = np.random.default_rng(2)

    def with_noise(run, own):
        places = {f"x{i}": 6.0 * value for i, value in enumerate(own[run.case])}
        return Run(run.cause, run.case, {**run.departures, **places})

    cases = sorted({run.case for run in runs(cases=4)})
    own = {case: random.normal(size=12) for case in cases}
    noisy = [with_noise(run, own) for run in runs(each=12, cases=4)]
    plain = list(runs(each=12, cases=4))
    assert fitted_weight(noisy, CHECKS) < fitted_weight(plain, CHECKS)
