"""The stage as a whole: artifacts in, the same diagnosis out, whatever is missing."""

import json
import subprocess
import sys

import numpy as np
import pytest

from components.artifacts import Diagnosis, Metrics, Telemetry
from components.diagnose.calibration import Healthy
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, as_json, diagnose_readings
from components.loading import load_component
from components.vocabulary import VERDICTS


def test_the_declaration():
    declared = load_component("diagnose")
    assert dict(declared.outputs) == {"diagnosis": Diagnosis}
    kinds = {name: one.type for name, one in declared.inputs.items()}
    assert kinds == {"metrics": Metrics, "telemetry": Telemetry}
    assert not declared.uses_seed and declared.placement == "worker"
    gathering = load_component("components.diagnose.calibrate:calibrate")
    assert all(one.gathered for one in gathering.inputs.values())
    assert list(gathering.outputs) == ["calibration"]


def test_artifacts_give_the_diagnosis_of_their_content(trial, tmp_path, context):
    trial.collapsed().batch_norm()
    metrics, telemetry = trial.artifacts(tmp_path / "inputs")
    function = load_component("diagnose").function
    params = DiagnoseParams(calibration=trial.table)
    made = [function(metrics, telemetry, params, context=context) for _ in range(2)]
    assert made[0].content() == json.loads(json.dumps(trial.diagnosis()))
    first, second = (one.read_bytes("diagnosis.json") for one in made)
    assert first == second


def test_the_payload_is_json_without_nan(trial):
    trial.constant(transmission=float("nan"), batch_coupling=float("inf"))
    json.dumps(trial.collapsed().diagnosis(), allow_nan=False)


@pytest.mark.parametrize("missing", ["metrics", "telemetry", "both"])
def test_what_is_missing_is_not_run(trial, missing):
    whole = trial.readings()
    readings = Readings(
        {} if missing != "telemetry" else whole.content,
        {} if missing != "metrics" else whole.table,
        {} if missing != "metrics" else whole.info,
    )
    params = DiagnoseParams(calibration=trial.table)
    diagnosis = as_json(diagnose_readings(readings, params))
    assert diagnosis["symptoms"] == []
    status = {check["id"]: check["status"] for check in diagnosis["checks"]}
    if missing == "telemetry":
        assert diagnosis["verdict"] == "healthy"
        assert status["batch_coupling"] == status["transmission"] == "not_run"
        assert status["precision"] == "passed"
    else:
        assert diagnosis["verdict"] == "undetermined"
        assert "precision" in diagnosis["experiment"]
        assert status["precision"] == "not_run"
        expected = "passed" if missing == "metrics" else "not_run"
        assert status["transmission"] == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_telemetry_that_is_not_finite_crashes_nothing(trial, value):
    for name in trial.series:
        if name != "step":
            trial.series[name] = np.full(len(trial.series["step"]), value)
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "healthy"
    status = {check["id"]: check["status"] for check in diagnosis["checks"]}
    assert status["transmission"] == status["kept_coverage"] == "not_run"


def statuses(trial):
    return {check["id"]: check["status"] for check in trial.diagnosis()["checks"]}


@pytest.mark.parametrize("name", ["precision", "recall", "coverage", "class_coverage"])
def test_a_single_metric_may_be_missing(trial, name):
    before = statuses(trial)
    trial.read(**{name: None})
    after = statuses(trial)
    assert after[name] == "not_run"
    changed = {check for check in before if after[check] != before[check]}
    assert name in changed and len(changed) <= 2
    # It trains with Adam, of which one check is not told.
    unread = {check for check, status in before.items() if status != "passed"}
    assert unread == {"damping_undone"}


def test_without_a_healthy_run_the_data_stand_in(trial):
    """Known modes have no calibration where it was made on data without any."""
    checks = {k: v for k, v in trial.table.checks.items() if k != "mode_coverage"}
    trial.table = trial.table.model_copy(update={"checks": checks})
    assert trial.symptoms() == set()
    assert trial.read(mode_coverage=0.9).symptoms() == {"mode_collapse"}
    found = next(c for c in trial.diagnosis()["checks"] if c["id"] == "mode_coverage")
    assert "real data" in found["source"]


def test_a_check_carries_value_null_and_threshold_in_the_metrics_unit(trial):
    trial.read(precision=0.5)
    check = next(c for c in trial.diagnosis()["checks"] if c["id"] == "precision")
    assert check["status"] == "failed" and check["value"] == 0.5
    assert 0.5 < check["threshold"] < check["null"] < 0.96
    low, high = check["band"]
    assert check["threshold"] < low < check["null"] < high
    assert check["p_value"] == pytest.approx(1 / 31, rel=1e-5)


def test_a_limit_past_the_worst_is_said_to_alarm_never(trial):
    """Some healthy games turn as purely as can be."""
    checks = dict(trial.table.checks)
    checks["rotation"] = Healthy(side="high", values=(0.2,) * 20 + (0.999,) * 10)
    trial.table = trial.table.model_copy(update={"checks": checks})
    told = {check["id"]: check["why"] for check in trial.diagnosis()["checks"]}
    assert "cannot alarm" in told["rotation"]
    assert not told["precision"] and not told["blindness"]


def test_what_has_no_end_or_one_in_the_reader_s_unit_can_alarm(trial):
    """A log volume lies below 0; a share of 1 is twice what real data reads."""
    told = {check["id"]: check["why"] for check in trial.diagnosis()["checks"]}
    assert not told["log_volume"] and not told["train_nearest_share"]


def test_limits_of_early_readings_say_how_far_they_reach(trial):
    """A tenth of the steps that were asked for, wherever the training ended."""
    checks = {
        each["id"]: each for each in trial.trained(steps=1600).diagnosis()["checks"]
    }
    assert checks["generator_step"]["until"] == 160
    assert {each["until"] for each in checks.values() if each["part"] != "early"} == {
        None
    }


def test_series_that_date_symptoms_have_limits_and_are_no_checks(trial):
    diagnosis = trial.diagnosis()
    limits = {each["id"]: each for each in diagnosis["limits"]}
    wanted = ("precision", "recall", "coverage", "train_nearest_share")
    assert {f"last_{name}" for name in wanted} <= set(limits)
    assert not set(limits) & {check["id"] for check in diagnosis["checks"]}
    recall = limits["last_recall"]
    assert recall["series"] == "recall" and recall["threshold"] < recall["band"][0]
    del trial.series["recall"]
    ids = {each["id"] for each in trial.diagnosis()["limits"]}
    assert "last_recall" not in ids


def test_what_healthy_runs_read_of_each_series_goes_with_it(trial):
    trial.table = trial.table.model_copy(
        update={
            "bands": {
                "every": {"transmission": (0.5, 0.7, 0.9), "unread": (0.0, 1.0, 2.0)},
                "images": {"transmission": (0.6, 0.7, 0.8)},
            }
        }
    )
    assert trial.diagnosis()["bands"] == {"transmission": [0.5, 0.7, 0.9]}
    trial.kind = "images"
    assert trial.diagnosis()["bands"] == {"transmission": [0.6, 0.7, 0.8]}


def test_a_healthy_run_worse_than_all_that_were_calibrated_is_said_to_be(trial):
    """Within the limit, which is a prediction from cases that differ."""
    assert trial.diagnosis()["remarks"] == []
    check = next(c for c in trial.diagnosis()["checks"] if c["id"] == "precision")
    assert check["threshold"] < check["extreme"] <= check["band"][0]
    between = (check["threshold"] + check["extreme"]) / 2
    told = trial.read(precision=between).diagnosis()
    assert told["verdict"] == "healthy"
    (remark,) = told["remarks"]
    assert remark.startswith(f"precision reads {between:.3g}, worse than any healthy")
    told = trial.read(precision=check["threshold"] - 0.01).diagnosis()
    assert (told["verdict"], told["remarks"]) == ("undetermined", [])


def test_fewer_false_alarms_take_a_lower_threshold(trial):
    def threshold(rate: float) -> float:
        checks = trial.diagnosis(false_alarm_rate=rate)["checks"]
        return next(c["threshold"] for c in checks if c["id"] == "precision")

    assert threshold(1e-5) < threshold(1e-3) < threshold(0.05)


def test_verdicts_are_in_the_vocabulary(new_trial):
    trials = (
        new_trial(),
        new_trial().collapsed(),
        new_trial().collapsed().batch_norm(),
    )
    # `measured` is the report's, of a game that was not diagnosed.
    diagnosed = set(VERDICTS) - {"measured"}
    assert {one.diagnosis()["verdict"] for one in trials} == diagnosed


def test_importing_the_stage_is_light():
    code = (
        "import sys, components.diagnose.stage, components.diagnose.calibrate;"
        "print([m for m in ('numpy', 'scipy', 'pyarrow', 'keras') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
