"""Which trials a matrix pairs."""

from itertools import product

import pytest

from components.report.contrasts import axes, contrasts


def trial(seed, failed=None, recall=0.5, **point):
    metrics = {} if failed else {"recall": {"value": recall, "better": "higher"}}
    stated = {f"train.{name}": value for name, value in point.items()}
    name = ",".join(f"{k}={v}" for k, v in {"seed": seed, **point}.items())
    return {
        "id": name,
        "point": {"seed": seed, **stated},
        "seed": seed,
        "failed": failed,
        "metrics": metrics,
        "measurements": {},
    }


def ids(contrast):
    return [[tuple(s.trial["id"] for s in p) for p in u] for u in contrast.units]


def test_trials_are_paired_that_are_equal_in_seed_and_all_else():
    trials = [trial(seed, norm=norm) for norm in "abc" for seed in (0, 1)]
    first, second = contrasts(trials, {})
    assert (first.change, first.against) == ({"train.norm": "b"}, {"train.norm": "a"})
    assert second.change == {"train.norm": "c"}
    assert ids(second) == [
        [("seed=0,norm=a", "seed=0,norm=c")],
        [("seed=1,norm=a", "seed=1,norm=c")],
    ]
    assert first.where == {} and first.alone == []


def test_the_order_of_trials_is_of_no_consequence():
    trials = [trial(seed, norm=norm) for norm in "ab" for seed in (0, 1, 2)]
    (found,) = contrasts([trials[0], *reversed(trials[1:])], {})
    assert {pair for unit in ids(found) for pair in unit} == {
        (f"seed={s},norm=a", f"seed={s},norm=b") for s in range(3)
    }


def test_a_trial_without_a_partner_is_named():
    trials = [
        trial(0, norm="a"),
        trial(1, norm="a"),
        trial(2, norm="a", failed="train: out of memory"),
        *(trial(seed, norm="b") for seed in (0, 2)),
    ]
    (found,) = contrasts(trials, {})
    assert len(found.units) == 1
    assert found.alone == ["seed=1,norm=a", "seed=2,norm=b"]


def test_a_second_axis_is_averaged_within_a_seed_and_shown_by_itself():
    """Pairs of one seed are no independent evidence: the seeds are what is counted."""
    trials = [
        trial(seed, norm=norm, rate=rate)
        for norm, rate, seed in product("ab", (1, 2, 3), (0, 1))
    ]
    found = list(contrasts(trials, {}))
    whole = [each for each in found if each.where is None]
    assert [len(each.units) for each in whole] == [2, 2, 2]
    assert [len(each.units[0]) for each in whole] == [3, 2, 2]
    details = found[3:]
    assert [each.where for each in details[:3]] == [
        {"train.rate": r} for r in (1, 2, 3)
    ]
    assert all(len(unit) == 1 for each in details for unit in each.units)
    assert len(details) == 3 + 2 * 2


def test_a_seed_that_lacks_a_setting_does_not_shift_the_average():
    trials = [
        trial(seed, norm=norm, rate=rate)
        for norm, rate, seed in product("ab", (1, 2), (0, 1))
        if (norm, rate, seed) != ("b", 2, 1)
    ]
    whole = next(iter(contrasts(trials, {})))
    assert whole.where is None
    assert [unit[0][0].trial["seed"] for unit in whole.units] == [0]


def test_addresses_that_vary_together_are_one_axis():
    trials = [trial(seed, pack=n, batch=100 * n) for n in (1, 2, 4) for seed in (0, 1)]
    (axis,) = axes(trials, {})
    assert axis.addresses == ("train.pack", "train.batch")
    found = list(contrasts(trials, {}))
    assert [each.change for each in found] == [
        {"train.pack": n, "train.batch": 100 * n} for n in (2, 4)
    ]
    assert all(len(each.units) == 2 for each in found)


@pytest.mark.parametrize("stated", ["b", {"kind": "b"}])
def test_a_stated_baseline_is_compared_with(stated):
    given = [stated if v == "b" else v for v in "abc"]
    given = [{**v, "rate": 1} if isinstance(v, dict) else v for v in given]
    trials = [trial(0, norm=value) for value in given]
    found = list(contrasts(trials, {"train.norm": stated}))
    assert [each.against for each in found] == [{"train.norm": given[1]}] * 2
    assert [each.change["train.norm"] for each in found] == ["a", "c"]


def test_a_baseline_that_no_trial_has_changes_nothing():
    trials = [trial(0, norm=norm) for norm in "ab"]
    (found,) = contrasts(trials, {"train.norm": "z", "train.rate": 1})
    assert found.against == {"train.norm": "a"}


def test_seeds_alone_are_no_axis():
    assert list(contrasts([trial(seed, norm="a") for seed in range(3)], {})) == []


def test_values_that_no_two_trials_differ_in_alone_are_named():
    points = [("a", 1), ("a", 2), ("b", 3)]
    trials = [trial(0, norm=norm, rate=rate) for norm, rate in points]
    found = {tuple(c.change.items()): c for c in contrasts(trials, {})}
    norm = found[(("train.norm", "b"),)]
    assert norm.units == [] and norm.alone == [each["id"] for each in trials]
    assert len(found[(("train.rate", 2),)].units) == 1


def test_cases_are_compared_within_themselves_alone():
    def of(case, **values):
        made = trial(**values)
        return made | {
            "id": f"{case}:{made['id']}",
            "point": {"case": case, **made["point"]},
        }

    trials = [
        *(of("a", seed=seed, norm=norm) for norm in "xy" for seed in (0, 1)),
        *(of("b", seed=0, norm=norm, rate=rate) for norm in "xy" for rate in (1, 2)),
        of("c", seed=0),
    ]
    found = list(contrasts(trials, {}))
    assert [(c.change, c.where, c.averaged) for c in found[:3]] == [
        ({"train.norm": "y"}, {"case": "a"}, False),
        ({"train.norm": "y"}, {"case": "b"}, True),
        ({"train.rate": 2}, {"case": "b"}, True),
    ]
    assert [c.where for c in found[3:]] == [
        {"case": "b", "train.rate": 1},
        {"case": "b", "train.rate": 2},
        {"case": "b", "train.norm": "x"},
        {"case": "b", "train.norm": "y"},
    ]
    assert not any(c.averaged for c in found[3:])
    pairs = [pair for c in found for unit in ids(c) for pair in unit]
    assert all(one[0] == other[0] for one, other in pairs)
