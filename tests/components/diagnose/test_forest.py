"""How causes are told from one another, on runs that are drawn from a known model."""

import json
import math
import re
from unittest import mock

import numpy as np
import pytest

from components.diagnose import growing
from components.diagnose.forest import DOUBT, Forest
from components.diagnose.growing import (
    FEWEST,
    SHARPER,
    Run,
    Tried,
    fitted,
    fitted_sharpness,
    grown,
    left_out,
    most_for_another,
    runs_of,
    share_right,
    unknown,
)
from components.diagnose.tabulation import to_json

CENTERS = {"one": (4.0, 0.0, 0.0), "two": (0.0, 4.0, 0.0), "three": (0.0, 0.0, 4.0)}
NAMES = ("a", "b", "c")


def drawn(random, cause, case="", spread=1.0):
    values = random.normal(CENTERS[cause], spread)
    return Run(cause, case, dict(zip(NAMES, values.tolist(), strict=True)))


def runs(seed=0, each=12, cases=3, spread=1.0):
    random = np.random.default_rng(seed)
    return [
        drawn(random, cause, f"{cause}{index % cases}", spread)
        for cause in CENTERS
        for index in range(each)
    ]


def shares(forest, departures):
    votes = forest.ask(departures)
    return {cause: votes.share(cause) for cause in votes.causes}


def first(forest, departures):
    told = shares(forest, departures)
    return max(told, key=told.get)


@pytest.fixture(autouse=True, scope="module")
def few():
    """Trees that vote nearly as 200 do, in a fraction of the time."""
    with mock.patch.object(growing, "TREES", 40):
        yield


@pytest.fixture(scope="module")
def forest(few):
    return grown(runs())


def test_the_cause_that_made_a_run_gets_most_votes(forest):
    random = np.random.default_rng(1)
    right = 0
    for cause in CENTERS:
        for _ in range(50):
            right += cause == first(forest, drawn(random, cause).departures)
    # Centers lie 4√2 deviations apart: Bayes' rule errs in about .5 %.
    assert right >= 142


def test_trees_vote_as_scikit_learns_do():
    """Its own predictions, from what was kept of its trees."""
    told = runs(3)
    ours, theirs = grown(told), fitted(told, NAMES)
    random = np.random.default_rng(4)
    for values in random.normal(1.0, 3.0, (50, 3)):
        votes = shares(ours, dict(zip(NAMES, values.tolist(), strict=True)))
        expected = dict(
            zip(theirs.classes_, theirs.predict_proba([values])[0], strict=True)
        )
        assert votes == pytest.approx(expected, abs=1e-6)


def test_what_statistics_are_owed_adds_up_to_the_votes(forest):
    read = {"a": 4.0, "b": 0.5, "c": -1.0}
    votes = forest.ask(read)
    assert math.fsum(map(votes.share, CENTERS)) == pytest.approx(1)
    for cause in CENTERS:
        owed = [votes.chance(cause), *votes.owed(cause).values()]
        assert math.fsum(owed) == pytest.approx(votes.share(cause))
        # Trees are grown on drawn runs, of which a cause's share is a third on average.
        assert votes.chance(cause) == pytest.approx(1 / 3, abs=0.03)
    assert max(votes.owed("one"), key=votes.owed("one").get) == "a"


def test_how_far_beyond_does_not_matter(forest):
    """A reading further out than any that was seen says what the furthest said."""
    far, further = ({"a": a, "b": 0.0, "c": 0.0} for a in (9.0, 1e6))
    assert shares(forest, far) == shares(forest, further)


def test_what_was_not_read_counts_as_healthy(forest):
    whole = {"a": 4.0, "b": 0.0, "c": 0.0}
    assert shares(forest, {"a": 4.0}) == shares(forest, whole)


def test_a_cause_that_shows_in_two_ways_is_recognized_in_either():
    random = np.random.default_rng(3)
    other = [
        Run("one", "another way", {"a": -4 + random.normal(), "b": 0.0, "c": 0.0})
        for _ in range(8)
    ]
    forest = grown([*runs(), *other])
    for a in (4.0, -4.0):
        assert first(forest, {"a": a, "b": 0.0, "c": 0.0}) == "one"


def test_a_case_counts_as_much_as_another_however_many_of_its_runs_failed():
    """Where readings say nothing votes are the causes', each alike."""
    random = np.random.default_rng(5)
    many = [Run("one", "a", {"a": random.normal()}) for _ in range(80)]
    few = [Run("two", "b", {"a": random.normal()}) for _ in range(20)]
    forest = grown([*many, *few])
    assert forest.ask({"a": 0.0}).chance("two") == pytest.approx(0.5, abs=0.05)


def test_no_votes_leave_a_doubt(forest):
    """What runs never showed may be all the same."""
    votes = forest.ask({"a": 4.0, "b": 0.0, "c": 0.0})
    other, none = (1 + DOUBT) ** forest.sharpness, DOUBT**forest.sharpness
    least = math.log(3 * none / (other + 2 * none))
    assert all(votes.log_ratio(cause) >= least - 1e-9 for cause in CENTERS)
    # Were causes alike before, these are their shares after, three times: Bayes.
    ratios = [math.exp(votes.log_ratio(cause)) for cause in CENTERS]
    assert math.fsum(ratios) == pytest.approx(3)
    assert max(ratios) > 2.9
    assert votes.log_ratio("never run") == 0.0


def test_votes_that_err_less_than_they_doubt_are_sharpened():
    """Far apart, they are right of cases left out too; mixed up, by chance alone."""
    apart = left_out(runs(each=30, cases=6, spread=0.5), NAMES)
    assert fitted_sharpness(apart) == SHARPER[-1]
    assert share_right(apart) == pytest.approx((len(apart) + 1) / (len(apart) + 2))
    random = np.random.default_rng(6)
    mixed = [
        Run(cause, f"{cause}{index % 6}", {"a": random.normal()})
        for cause in CENTERS
        for index in range(30)
    ]
    tried = left_out(mixed, ("a",))
    assert len(tried) == len(mixed)
    assert fitted_sharpness(tried) == SHARPER[0]
    # One in three, of 90 runs: within three deviations of such a count.
    assert abs(share_right(tried) - 1 / 3) < 3 * math.sqrt(2 / 9 / len(mixed))


def test_a_case_is_tried_by_trees_that_have_not_seen_it():
    """Each case lies where no other does, its neighbours being of the other cause."""
    odd = [
        Run(("one", "two")[place % 2], f"case {place}", {"a": place + index / 100})
        for place in range(6)
        for index in range(6)
    ]
    assert share_right(left_out(odd, ("a",))) < 0.2


def test_votes_are_clear_where_no_run_gets_them_for_what_is_not_its_cause(forest):
    """With a cause left out its runs are asked about where no other has any: trees can
    but guess between the two that are left, and one of their votes is half at least."""
    assert 0.5 <= forest.clear < 1
    told = runs()
    lacking = unknown(told, NAMES)
    assert len(lacking) == len(told)
    # Centers lie 4√2 deviations apart: what is seen is not mistaken, what is not is.
    assert forest.clear == pytest.approx(max(lacking))
    votes = forest.ask({"a": 4.0, "b": 0.0, "c": 0.0})
    assert votes.favour("one")
    assert not votes.favour("never run")


def test_a_run_that_is_mistaken_or_unknown_says_what_is_not_clear():
    tried = [Tried((0.9, 0.1), 1), Tried((0.1, 0.95), 1)]
    assert most_for_another(tried, [0.7]) == 0.9
    assert most_for_another(tried[1:], [0.7]) == 0.7


def test_of_two_causes_none_is_ever_clear():
    """Without the other every run is taken for the one that is left."""
    forest = grown([run for run in runs() if run.cause != "one"])
    assert forest.clear == 1
    assert not any(map(forest.ask({"b": 4.0}).favour, forest.causes))


def test_one_cause_has_no_rival_to_be_told_from():
    assert grown([run for run in runs() if run.cause == "one"]) is None
    assert grown([]) is None


def test_a_cause_that_hardly_failed_is_not_told(table):
    failures = [{"case": "x", "departures": {"a": 9.0}}] * FEWEST
    few, enough = failures[1:], failures
    told = table({"few": few, "enough": enough})
    assert {run.cause for run in runs_of(told)} == {"enough"}


def test_what_is_written_is_what_was_grown(forest):
    written = {"produced": "", "checks": {}, "forest": forest.model_dump(mode="json")}
    read = Forest.model_validate_json(
        json.dumps(json.loads(to_json(written))["forest"])
    )
    assert read == forest


@pytest.fixture
def table():
    from components.diagnose.calibration import CalibrationTable

    def made(failures):
        exposed = {
            cause: {"runs": len(each), "failed": len(each), "failures": each}
            for cause, each in failures.items()
        }
        return CalibrationTable.model_validate_json(json.dumps({"exposed": exposed}))

    return made


STUMP = {
    "asked": [0, -1, -1],
    "beyond": [1.0],
    "yes": [2],
    "leaves": [[[0, 2.0]], [[1, 2.0]]],
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"yes": [0]}, "further on"),
        ({"yes": [9]}, "further on"),
        ({"yes": []}, "1 questions and 2 leaves. Received: 1 of `beyond`, 0 of `yes`"),
        ({"asked": []}, "0 questions and 0 leaves"),
        ({"asked": [7, -1, -1]}, "statistic that is not listed"),
        ({"leaves": [[[5, 2.0]], [[1, 2.0]]]}, "cause that is not listed"),
        ({"leaves": [[[0, 0.0]], [[1, 2.0]]]}, "must have runs"),
        ({"leaves": [[], [[1, 2.0]]]}, "hold runs"),
    ],
)
def test_a_tree_that_cannot_be_asked_is_refused(changes, told):
    """As of a file that somebody edited: no way without an end, nor to nowhere."""

    def made(tree):
        forest = {"causes": ["one", "two"], "statistics": ["a"], "trees": [tree]}
        return Forest.model_validate_json(json.dumps(forest))

    assert shares(made(STUMP), {"a": 2.0}) == {"one": 0.0, "two": 1.0}
    with pytest.raises(ValueError, match=re.escape(told)):
        made(STUMP | changes)
