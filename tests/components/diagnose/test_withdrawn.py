"""Metrics that were withdrawn: not run, with the reason; never a healthy verdict."""

import pytest

REASON = "the classifier is right on 31% of held-back records"
IN_FEATURES = ("precision", "recall", "coverage", "train_coverage", "class_coverage")


def withdraw(trial, *names):
    """The trial, these metrics withdrawn as `evaluate` does it."""
    content = trial.content()
    gone = {"value": None, "null": None, "null_interval": None, "withdrawn": REASON}
    content["metrics"] |= dict.fromkeys(names, gone)
    trial.content = lambda: content
    return trial


@pytest.mark.parametrize("name", ["precision", "recall", "coverage"])
def test_without_one_of_them_a_sound_run_is_undetermined(trial, name):
    assert trial.diagnosis()["verdict"] == "healthy"
    found = withdraw(trial, name).diagnosis()
    assert (found["verdict"], found["symptoms"]) == ("undetermined", [])
    assert (
        f"measure {name} with their nulls (withdrawn: {REASON})"
        in (found["experiment"])
    )


def test_each_check_says_why_it_was_not_run(trial):
    checks = withdraw(trial, *IN_FEATURES).diagnosis()["checks"]
    told = {check["id"]: (check["status"], check["source"]) for check in checks}
    # `memorization` is read off train_coverage.
    for name in ("precision", "recall", "coverage", "memorization", "class_coverage"):
        assert told[name] == ("not_run", f"withdrawn: {REASON}")
    assert told["mode_coverage"][0] == "passed"


def test_what_telemetry_and_modes_show_is_still_found(trial):
    """A collapse in known modes needs no features."""
    found = withdraw(trial.read(mode_coverage=0.2), *IN_FEATURES).diagnosis()
    assert [one["id"] for one in found["symptoms"]] == ["mode_collapse"]
    assert found["verdict"] != "healthy"
