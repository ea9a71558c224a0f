"""Expectations: which trials match, and what is claimed of them."""

import pytest

from components.report.expectations import judge
from components.run import ExpectationInfo, TrialInfo

PARAMETERS = {
    "train": {
        "steps": 100,
        "regularizer": {"kind": "r1", "gamma": 1.0},
        "units": [256, 256],
    }
}


def trial(name, seed=0, **shown):
    info = TrialInfo(name, {"seed": seed}, seed, PARAMETERS, shown.pop("failed", None))
    found = {
        "failed": info.failed,
        "verdict": shown.pop("verdict", "healthy"),
        "causes": [{"id": i} for i in shown.pop("causes", [])],
        "symptoms": [{"id": i} for i in shown.pop("symptoms", [])],
    }
    assert not shown
    return info, found


def verdict(when, claims, *pairs):
    infos, trials = zip(*pairs, strict=True)
    return judge(ExpectationInfo(when, claims, "spec.yaml:3"), infos, trials)


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({}, True),
        ({"seed": 0}, True),
        ({"seed": 1}, False),
        ({"train.steps": 100}, True),
        ({"train.steps": 100.0}, True),
        ({"train.steps": True}, False),
        ({"train.units": [256, 256]}, True),
        ({"train.units": [256]}, False),
        ({"train.units.1": 256}, True),
        ({"train.units.2": 256}, False),
        ({"train.regularizer": {"kind": "r1"}}, True),
        ({"train.regularizer": {"kind": "none"}}, False),
        ({"train.regularizer.gamma": 1}, True),
        ({"train.absent": None}, False),
        ({"train.steps": 100, "seed": 1}, False),
    ],
)
def test_when_matches_points_and_resolved_parameters(when, matches):
    result = verdict(when, {"verdict": "healthy"}, trial("a"))
    assert result["met"] is matches
    assert result["trials"] == (["a"] if matches else [])


@pytest.mark.parametrize(
    ("claims", "met"),
    [
        ({"verdict": "failed"}, True),
        ({"verdict": "healthy"}, False),
        ({"cause": "batch_norm_leakage"}, True),
        ({"cause": "vanishing_gradient"}, False),
        ({"symptom": "low_fidelity"}, True),
        ({"symptom": ["low_fidelity", "mode_collapse"]}, True),
        ({"symptom": ["low_fidelity", "oscillation"]}, False),
        ({"verdict": "failed", "cause": "vanishing_gradient"}, False),
    ],
)
def test_all_claims_must_hold(claims, met):
    shown = trial(
        "a",
        verdict="failed",
        causes=["batch_norm_leakage"],
        symptoms=["mode_collapse", "low_fidelity"],
    )
    assert verdict({}, claims, shown)["met"] is met


@pytest.mark.parametrize(
    ("claimed", "met"),
    [
        ("flat_diversity", True),
        ("gradient_noise", False),
        (["gradient_noise", "flat_diversity"], True),
        (["flat_diversity", "vanishing_gradient"], False),
    ],
)
def test_a_cause_is_shown_where_it_is_the_verdict(claimed, met):
    causes = {"causes": ["flat_diversity", "gradient_noise"]}
    shown = trial("a", verdict="failed", **causes)
    assert verdict({}, {"cause": claimed}, shown)["met"] is met
    shown = trial("a", verdict="undetermined", **causes)
    assert not verdict({}, {"cause": claimed}, shown)["met"]


def test_every_matching_trial_must_show_it():
    result = verdict(
        {},
        {"verdict": "healthy"},
        trial("a"),
        trial("b", 1, verdict="failed", symptoms=["oscillation"]),
    )
    assert not result["met"]
    assert result["unmet"] == ["b"]
    assert "1 of 2" in result["detail"]
    assert "seed 1 showed failed (oscillation)" in result["detail"]


def test_no_matching_trial_is_not_met():
    result = verdict({"seed": 7}, {"verdict": "healthy"}, trial("a"))
    assert not result["met"]
    assert result["detail"] == "No trial matches."


@pytest.mark.parametrize("claimed", ["failed", "undetermined", "healthy"])
def test_a_stage_that_failed_meets_no_claim(claimed):
    gone = trial("a", failed="train: killed", verdict="undetermined")
    result = verdict({}, {"verdict": claimed}, gone)
    assert not result["met"]
    assert "train: killed" in result["detail"]
