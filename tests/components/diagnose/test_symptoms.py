"""Every symptom is raised by its case and silent on a healthy run."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import vocabulary
from components.diagnose.calibration import Healthy
from components.diagnose.evidence import LEAST_P_VALUE
from components.diagnose.symptoms import SYMPTOMS
from components.evaluate.metrics.train_nearest_share import DEALS


def calibrated(trial, **checks):
    """The trial, with other readings of healthy runs; None: none are known."""
    kept = {k: v for k, v in trial.table.checks.items() if k not in checks}
    stated = {name: healthy for name, healthy in checks.items() if healthy is not None}
    trial.table = trial.table.model_copy(update={"checks": kept | stated})


def test_a_healthy_run_has_no_symptom_and_no_cause(trial):
    # By plain descent: then there is no check that is not told of it.
    trial.trained(optimizer={"kind": "sgd", "learning_rate": 0.1})
    diagnosis = trial.diagnosis()
    assert diagnosis["verdict"] == "healthy"
    assert diagnosis["symptoms"] == diagnosis["causes"] == diagnosis["risks"] == []
    assert {c["status"] for c in diagnosis["checks"]} == {"passed"}


def test_every_symptom_is_in_the_vocabulary():
    assert set(SYMPTOMS) <= set(vocabulary.SYMPTOMS)


@pytest.mark.parametrize(
    "metrics",
    [
        {"recall": 0.3},
        {"coverage": 0.3, "train_coverage": 0.27},
        {"mode_coverage": 0.875},
        {"class_coverage": 0.9},
    ],
)
def test_missing_data_is_mode_collapse_alone(trial, metrics):
    assert trial.read(**metrics).symptoms() == {"mode_collapse"}


def test_junk_is_low_fidelity_alone(trial):
    assert trial.read(precision=0.4).symptoms() == {"low_fidelity"}


def test_samples_that_are_not_numbers_are_low_fidelity(trial):
    trial.read(nonfinite_share=0.01)
    assert trial.symptoms() == {"low_fidelity"}


def test_never_near_the_data_is_no_learning(trial):
    trial.constant(precision=0.05, recall=0.0, coverage=0.02)
    assert trial.symptoms() == {"no_learning"}
    assert trial.diagnosis()["symptoms"][0]["onset_step"] == 0


def test_never_near_the_data_began_when_healthy_runs_had_learnt(new_trial, table):
    """At three tenths of 1,200 steps; read every 100."""
    checks = {
        name: check.model_copy(update={"learnt": 0.3 if name[:5] == "last_" else 0.0})
        for name, check in table.checks.items()
    }
    trial = new_trial().constant(precision=0.05, recall=0.0, coverage=0.02)
    trial.trained(steps=1200)
    trial.table = table.model_copy(update={"checks": checks})
    (found,) = trial.diagnosis()["symptoms"]
    assert found["onset_step"] == 400


def test_a_collapsed_run_has_learnt_something(trial):
    assert "no_learning" not in trial.constant(coverage=0.02).symptoms()


def test_coverage_that_swings_is_oscillation(trial):
    late = trial.series["coverage"]
    late[6:] = np.where(np.arange(len(late) - 6) % 2, 0.9, 0.6)
    assert "oscillation" in trial.symptoms()


@pytest.mark.parametrize(
    ("since", "step", "interval"),
    [(300, 700, [0, 700]), (900, 900, [800, 900])],
)
def test_oscillation_began_when_coverage_was_seen_to_swing(
    trial, since, step, interval
):
    """Eight readings are the fewest of which it can be told: the first is at 0."""
    steps, rise = trial.series["step"], trial.series["coverage"]
    swings = np.where(steps // 100 % 2, 0.3, 0.9)
    trial.series["coverage"] = np.where(steps < since, rise, swings)
    found = trial.diagnosis()["symptoms"]
    (began,) = [one for one in found if one["id"] == "oscillation"]
    assert (began["onset_step"], began["onset_interval"]) == (step, interval)


def test_coverage_lost_is_divergence_from_where_it_was_lost(trial):
    trial.series["coverage"][9:] = 0.2
    found = {one["id"]: one for one in trial.diagnosis()["symptoms"]}
    assert set(found) == {"divergence"}
    assert found["divergence"]["onset_step"] == 900


def test_coverage_lost_from_far_above_a_healthy_run_is_dated_too(trial):
    """It began at its best, and what is left is no less than healthy runs read."""
    coverage = np.full(13, 0.88)
    coverage[4:7] = 1.0
    trial.series["coverage"] = coverage
    steady = Healthy(side="low", values=tuple(np.linspace(0.99, 1.01, 30)))
    calibrated(trial, kept_coverage=steady)
    found = {one["id"]: one for one in trial.diagnosis()["symptoms"]}
    assert set(found) == {"divergence"}
    assert found["divergence"]["onset_step"] == 700
    low, high = found["divergence"]["onset_interval"]
    assert 400 < low <= 700 <= high


def test_modes_that_alone_are_missing_are_dated_by_the_modes_captured(trial):
    """No healthy run's series is known: the limit is that of all samples."""
    captured = np.where(trial.series["step"] < 800, 1.0, 0.75)
    trial.read(mode_coverage=0.75).constant(modes_captured=captured)
    for known in True, False:
        if not known:
            calibrated(trial, last_mode_coverage=None)
        (found,) = trial.diagnosis()["symptoms"]
        assert found["id"] == "mode_collapse"
        assert found["onset_step"] == 800
        assert found["onset_interval"] == [800, 800]


def test_few_samples_are_held_against_the_limit_of_all_where_those_alarm(trial):
    """Such readings may be as low on healthy runs: they raise nothing, yet date it."""
    loose = Healthy(side="low", values=tuple(np.linspace(0.5, 1.0, 30)))
    calibrated(trial, last_precision=loose)
    trial.constant(precision=0.95).series["precision"][5:] = 0.6
    assert not trial.symptoms()
    (found,) = trial.read(precision=0.6).diagnosis()["symptoms"]
    assert (found["id"], found["onset_step"]) == ("low_fidelity", 500)


def test_what_a_training_was_given_up_with_began_then(trial):
    trial.read(nonfinite_share=1.0)
    trial.ended = "numerical_overflow"
    found = {one["id"]: one for one in trial.diagnosis()["symptoms"]}
    for name in ("low_fidelity", "divergence"):
        assert found[name]["onset_step"] == 1200
        assert found[name]["onset_interval"] == [1100, 1200]


def test_a_dip_that_heals_is_no_divergence(trial):
    trial.series["coverage"][6] = 0.5
    assert "divergence" not in trial.symptoms()


def test_covering_the_training_records_only_is_memorization(trial):
    trial.read(train_coverage=1.3 * 0.88)
    assert trial.symptoms() == {"memorization"}


def test_samples_nearest_to_training_records_are_memorization(trial):
    assert trial.read(train_nearest_share=0.9).symptoms() == {"memorization"}


def test_memorization_is_as_bad_as_it_is_far_from_all_samples_copied(trial):
    """Whose nearest record is a training one each time, where real data reads .5."""
    for share, severity in ((0.75, 0.5), (0.9, 0.8), (1.0, 1.0)):
        trial.read(train_nearest_share=share)
        (found,) = trial.diagnosis()["symptoms"]
        assert found["severity"] == pytest.approx(severity, abs=0.02)


@pytest.mark.parametrize("rate", [1e-5, 0.02])
def test_the_least_that_an_exact_test_reads_is_no_chance(trial, rate):
    assert LEAST_P_VALUE == 1 / (1 + DEALS)
    trial.read(train_nearest_share=1.0).p_values["train_nearest_share"] = LEAST_P_VALUE
    found = trial.diagnosis(false_alarm_rate=rate)["symptoms"]
    assert [one["id"] for one in found] == ["memorization"]


def test_what_chance_deals_as_often_is_no_memorization(trial):
    """The one place of a collapse has a training record nearest, or has not."""
    trial.read(train_nearest_share=0.9)
    for p_value, told in ((1e-4, {"memorization"}), (0.01, set()), (0.48, set())):
        trial.p_values["train_nearest_share"] = p_value
        assert trial.symptoms() == told
    checks = trial.diagnosis()["checks"]
    (check,) = [one for one in checks if one["id"] == "train_nearest_share"]
    assert (check["status"], check["p_value"]) == ("passed", 0.48)
    assert check["value"] > check["threshold"]
    assert "chance is with probability 0.48" in check["why"]


def test_memorization_began_when_samples_drew_near_to_training_records(trial):
    steps = trial.series["step"]
    trial.series["train_nearest_share"] = np.where(steps < 500, 0.5, 0.9)
    (found,) = trial.read(train_nearest_share=0.9).diagnosis()["symptoms"]
    assert (found["onset_step"], found["onset_interval"]) == (500, [500, 500])


def test_copies_that_no_cause_explains_leave_the_rest_undetermined(new_trial):
    """Records that are copies of one another do explain them."""
    lone = new_trial().batch_norm(coupling=3.0).collapsed()
    assert lone.diagnosis()["verdict"] == "failed"
    copied = new_trial().batch_norm(coupling=3.0).collapsed()
    # A few copies upset no discriminator.
    nearest = copied.read(train_nearest_share=0.9)
    assert "memorization" in nearest.symptoms()
    assert nearest.diagnosis()["verdict"] == "failed"
    diagnosis = copied.read(train_coverage=0.8).diagnosis()
    assert diagnosis["verdict"] == "undetermined"
    assert "more records" in diagnosis["experiment"]
    assert "`discriminator.normalization`" in diagnosis["experiment"]
    assert all(not one["prescriptions"] for one in diagnosis["causes"])
    copied.copies = 0.9
    assert "more records" not in str(copied.diagnosis()["experiment"])


def test_modes_shrunk_to_points_are_a_collapse(trial):
    assert trial.read(mode_spread=0.05).symptoms() == {"mode_collapse"}


def test_a_tail_left_out_is_neglected_from_when_it_was_lost(trial):
    trial.read(tail_coverage=0.1)
    trial.series["tier_coverage.1"] = np.where(trial.series["step"] < 700, 0.9, 0.05)
    found = trial.diagnosis()["symptoms"]
    assert [one["id"] for one in found] == ["tail_neglect"]
    assert found[0]["onset_step"] == 700


@pytest.mark.parametrize(
    ("pacing", "objective", "told", "not_told"),
    [
        ("none", "hinge", ["pacing", "second trial with the wasserstein"], []),
        ("linear", "hinge", ["Train with the wasserstein"], ["pacing"]),
        ("none", "wasserstein", ["pacing"], ["wasserstein objective"]),
        ("linear", "wasserstein", ["another seed"], ["pacing", "wasserstein"]),
    ],
)
def test_what_decides_about_a_tail_is_what_was_not_tried(
    trial, pacing, objective, told, not_told
):
    trial.trained(pacing={"kind": pacing}, objective={"kind": objective})
    diagnosis = trial.read(tail_coverage=0.1).diagnosis()
    assert diagnosis["verdict"] == "undetermined"
    assert all(words in diagnosis["experiment"] for words in told)
    assert not any(words in diagnosis["experiment"] for words in not_told)


def test_a_smeared_core_beside_a_covered_tail_is_a_collapse_from_then_on(trial):
    trial.core["value"] = 0.05
    trial.series["tier_coverage.0"] = np.where(trial.series["step"] < 700, 0.9, 0.05)
    found = trial.diagnosis()["symptoms"]
    assert [one["id"] for one in found] == ["mode_collapse"]
    assert found[0]["onset_step"] == 700
    assert "core over that of the outermost tier: 0.0554" in str(found[0]["evidence"])


def test_a_tail_that_is_covered_as_little_as_the_core_is_not(trial):
    trial.core["value"] = 0.15
    assert "tail_neglect" not in trial.read(tail_coverage=0.1).symptoms()


def test_frechet_at_its_null_beside_a_collapse_is_misleading(trial, new_trial):
    trial.read(frechet_distance=0.45, recall=0.5)
    assert trial.symptoms() == {"mode_collapse", "misleading_metric"}
    assert new_trial().read(recall=0.5).symptoms() == {"mode_collapse"}
    assert new_trial().read(frechet_distance=0.45).symptoms() == set()


def test_it_has_misled_since_the_witnesses_alarm_at_most(trial):
    """How the distance read before the end, nobody knows."""
    steps = trial.series["step"]
    trial.series["recall"] = np.where(steps < 700, 0.9, 0.1)
    found = trial.read(frechet_distance=0.45, recall=0.1).diagnosis()["symptoms"]
    (misled,) = [one for one in found if one["id"] == "misleading_metric"]
    assert misled["onset_step"] == 700
    assert misled["onset_interval"] == [700, 1200]


def test_severity_is_the_way_from_null_to_worst(new_trial):
    severities = [
        new_trial().read(precision=value).diagnosis()["symptoms"][0]["severity"]
        for value in (0.6, 0.3, 0.0)
    ]
    healthy = new_trial().diagnosis()["checks"]
    null = next(check["null"] for check in healthy if check["id"] == "precision")
    assert severities[0] == pytest.approx(1 - 0.6 / null, rel=1e-4)
    assert severities[0] < severities[1] < severities[2] == 1


def test_onset_is_where_the_alarm_stays(trial):
    trial.collapsed().series["recall"][8:] = 0.1
    trial.series["recall"][2] = 0.1
    assert trial.diagnosis()["symptoms"][0]["onset_step"] == 800


def test_without_a_series_there_is_no_onset(trial):
    del trial.series["recall"], trial.series["coverage"]
    assert trial.collapsed().diagnosis()["symptoms"][0]["onset_step"] is None


QUALITY = ("precision", "recall", "coverage", "mode_coverage", "class_coverage")
shares = st.floats(0, 1)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    values=st.fixed_dictionaries(dict.fromkeys(QUALITY, shares)),
    better=st.sampled_from(QUALITY),
    gain=shares,
)
def test_improving_a_metric_never_adds_a_symptom(new_trial, values, better, gain):
    """Of quality against the holdout: training records as a reference, and a Fréchet
    distance that improves alone, are what two symptoms are about."""
    before = new_trial().read(**values).symptoms()
    improved = values[better] + gain * (1 - values[better])
    after = new_trial().read(**(values | {better: improved})).symptoms()
    assert after <= before


def test_more_samples_that_are_numbers_never_add_a_symptom(new_trial):
    found = [new_trial().read(nonfinite_share=x).symptoms() for x in (1, 0.1, 1e-3, 0)]
    assert all(later <= sooner for sooner, later in pairwise(found))
