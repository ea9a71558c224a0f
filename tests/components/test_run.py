"""What a run's description tells a component that gathers."""

import dataclasses

from components.run import CaseInfo, ExpectationInfo, RunInfo, TrialInfo

PARAMETERS = {"train": {"rate": 0.1, "discriminator": {"kind": "mlp", "units": [8]}}}


def trial(name, failed=None, **point):
    return TrialInfo(name, point, point.get("seed", 0), PARAMETERS, failed)


def expectation(cause, **when):
    stated = {name.replace("__", "."): value for name, value in when.items()}
    return ExpectationInfo(stated, {"cause": cause}, "zoo.yaml:1")


def described(*trials, expectations=(), **rest):
    positions = {"train": "base.yaml:3"}
    return RunInfo(
        "r", "n", "zoo.yaml", trials, expectations, {}, "s", positions, **rest
    )


def test_a_gathered_list_follows_the_trials_that_have_not_failed():
    run = described(trial("a"), trial("b", failed="train: broke"), trial("c"))
    assert [each.id for each in run.surviving()] == ["a", "c"]


def test_what_is_expected_of_a_trial():
    expectations = [
        expectation("all"),
        expectation("of_a", case="a"),
        expectation("of_b", case="b"),
        expectation("of_seed", seed=1),
        expectation("of_kind", train__discriminator={"kind": "mlp"}),
        expectation("of_rate", train__rate=0.2),
        expectation("of_nothing", train__rates=0.1),
        expectation("of_both", case="a", seed=0),
    ]
    one, other = trial("1", case="a", seed=1), trial("2", case="b", seed=0)
    run = described(one, other, expectations=expectations)
    claims = [[e.claims["cause"] for e in run.expected(t)] for t in (one, other)]
    assert claims == [["all", "of_a", "of_seed", "of_kind"], ["all", "of_b", "of_kind"]]


def test_a_truth_is_no_number():
    assert not expectation("c", seed=True).selects(trial("a", seed=1))
    assert not expectation("c", seed=1).selects(trial("a", seed=True))


def test_a_place_is_the_cases_where_there_is_one():
    cases = {"a": CaseInfo("zoo/a.yaml", {"train.rate": "zoo/a.yaml:7"})}
    run = described(trial("1", case="a"), trial("2"), cases=cases)
    of_case, of_none = run.trials
    assert run.where("train.rate", of_case) == "zoo/a.yaml:7"
    assert run.where("train.steps", of_case) == "zoo/a.yaml"
    assert run.where("train.rate", of_none) == run.where("train.rate") == "base.yaml:3"
    assert (of_case.case, of_none.case) == ("a", None)
    assert dataclasses.asdict(run)["cases"]["a"]["path"] == "zoo/a.yaml"
