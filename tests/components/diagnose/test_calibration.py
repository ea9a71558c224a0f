"""Thresholds have the rate of false alarms that they state."""

import json

import numpy as np
import pytest
from scipy import stats

from components.diagnose.calibrate import (
    HEALTHY,
    CalibrateParams,
    Known,
    calibrate,
    calibrated,
    learnt,
    measure,
    spread_elsewhere,
)
from components.diagnose.calibration import (
    CalibrationTable,
    Exposed,
    Healthy,
    packaged,
)
from components.diagnose.combine import tests as family
from components.diagnose.evidence import departures
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, fingerprint
from components.diagnose.statistics import STATISTICS
from components.diagnose.tabulation import bands, tabulate, to_json
from components.run import ExpectationInfo, RunInfo, TrialInfo


def test_nine_healthy_runs_of_ten_are_in_the_band():
    values = tuple(float(v) for v in range(101))
    assert Healthy(side="low", values=values).band == pytest.approx((5, 95))
    assert Healthy(side="high", values=(1.0, 3.0)).band == pytest.approx((1.1, 2.9))


def test_the_threshold_is_the_prediction_bound():
    values = (0.90, 0.92, 0.94, 0.96)
    healthy = Healthy(side="low", values=values)
    quantile = stats.t.ppf(0.01, 3)
    expected = 0.93 + quantile * np.std(values, ddof=1) * np.sqrt(1 + 1 / 4)
    assert healthy.threshold(0.01) == pytest.approx(expected, rel=1e-12)


def test_on_a_logarithmic_scale_it_is_the_bound_of_the_logarithms():
    values = (1.0, 2.0, 4.0, 8.0)
    bound = Healthy(side="high", values=tuple(np.log(values))).threshold(0.05)
    scaled = Healthy(side="high", scale="log", values=values).threshold(0.05)
    assert scaled == pytest.approx(np.exp(bound), rel=1e-12)


def test_on_a_scale_of_square_roots_it_is_the_square_of_their_bound():
    values = (0.0, 1.0, 4.0, 9.0)
    bound = Healthy(side="high", values=tuple(np.sqrt(values))).threshold(0.05)
    scaled = Healthy(side="high", scale="sqrt", values=values).threshold(0.05)
    assert scaled == pytest.approx(bound**2, rel=1e-12)


@pytest.mark.parametrize("side", ["low", "high"])
@pytest.mark.parametrize("rate", [0.005, 0.05])
def test_the_share_of_false_alarms_is_at_most_the_stated_one(side, rate):
    """4,000 calibrations of 12 normal runs, one new run each: the bound's rate is
    exact, the guard only lowers it; 4 standard errors of a binomial are allowed."""
    random = np.random.default_rng(0)
    trials, sign = 4000, -1 if side == "low" else 1
    alarms = 0
    for values in random.normal(size=(trials, 13)):
        healthy = Healthy(side=side, values=tuple(values[:12]))
        alarms += sign * values[12] > sign * healthy.threshold(rate)
    assert alarms / trials <= rate + 4 * np.sqrt(rate * (1 - rate) / trials)


def test_it_is_never_stricter_than_the_worst_healthy_run():
    values = (0.2, *(0.9 + 0.001 * i for i in range(30)))
    healthy = Healthy(side="low", values=values)
    assert all(value >= healthy.threshold(0.3) for value in values)


def test_no_p_value_is_smaller_than_ranks_vouch_for():
    healthy = Healthy(side="low", values=tuple(np.linspace(0.9, 1, 19)))
    assert healthy.p_value(-1e9) == pytest.approx(1 / 20)
    assert healthy.p_value(0.95) == pytest.approx(0.5, abs=0.01)
    assert Healthy(side="low", values=(1.0, 1.0)).p_value(0.0) == pytest.approx(1 / 3)


def test_readings_without_spread_alarm_beyond_rounding_only():
    healthy = Healthy(side="low", values=(1.0,) * 9)
    assert 1 - 1e-5 < healthy.threshold(0.01) < 1


def test_attributable_fraction():
    assert Exposed(runs=8, failed=8).attributable(0.09) == pytest.approx(0.9)
    assert Exposed(runs=8, failed=0).attributable(0.2) == 0


def run_of(cases):
    """A run whose trials are of these cases, each with what its name expects."""
    trials = [TrialInfo(f"{i}", {"case": case}, i, {}) for i, case in enumerate(cases)]
    healthy = ExpectationInfo({"case": "base"}, {"verdict": "healthy"}, "")
    faulty = ExpectationInfo({"case": "batch"}, {"cause": "batch_norm_leakage"}, "")
    return RunInfo("", "", "", trials, (healthy, faulty), {}, "calibrate", {})


def test_calibrate_leaves_exposed_runs_out_of_the_nulls(new_trial, tmp_path, context):
    runs = [new_trial().read(precision=0.9 + 0.001 * i) for i in range(12)]
    runs += [new_trial().batch_norm().read(precision=0.1) for _ in range(3)]
    runs += [new_trial().batch_norm(), new_trial().read(precision=0.5)]
    pairs = [run.artifacts(tmp_path / str(i)) for i, run in enumerate(runs)]
    run = run_of([*["base"] * 12, *["batch"] * 4, "of which nothing is expected"])
    params = CalibrateParams(produced="here")
    metrics, telemetry = map(list, zip(*pairs, strict=True))
    made = calibrate(metrics, telemetry, params, run=run, context=context)
    table = json_of(made)
    assert (table.produced, table.runs) == ("here", 12)
    exposed = table.exposed["batch_norm_leakage"]
    assert (exposed.runs, exposed.failed, len(exposed.failures)) == (4, 3, 3)
    for failure in exposed.failures:
        assert failure.departures["batch_coupling"] == pytest.approx(np.arcsinh(50))
        assert "precision" not in failure.departures  # it is no mechanism's
    expected = [float(f"{(0.9 + 0.001 * i) / 0.96:.6g}") for i in range(12)]
    assert list(table.checks["precision"].values) == expected
    assert "batch_coupling" not in table.checks  # its null is exact


def test_what_healthy_runs_read_of_each_series_is_a_band_by_kind():
    """Of series that enough cases have: a layer that one network has is no null."""
    runs = [{"norm": float(i), **({"rare": 1.0} if i < 5 else {})} for i in range(21)]
    kinds = ["points"] * 12 + ["images"] * 9
    cases = [f"case{i}" for i in range(21)]
    found = bands(runs, kinds, cases)
    assert found == {
        "every": {"norm": [1.0, 10.0, 19.0]},
        "images": {"norm": [12.4, 16.0, 19.6]},
        "points": {"norm": [0.55, 5.5, 10.45]},
    }
    alike = bands(runs, kinds, ["one"] * 21)
    assert alike["every"] == {"norm": [1.0, 10.0, 19.0], "rare": [1.0, 1.0, 1.0]}
    assert set(alike["images"]) == {"norm"}
    table = CalibrationTable.model_validate_json(json.dumps({"bands": found}))
    assert table.of("images").bands["every"]["norm"] == (12.4, 16.0, 19.6)
    assert table.of(None).bands["every"]["norm"] == (1.0, 10.0, 19.0)


def test_what_healthy_runs_all_read_has_the_spread_of_others():
    """What a generator can be taught is the same on all seeds of a case."""
    same = Healthy(side="low", values=(1.4, 1.4, 1.4))
    own = {name: same.model_dump(mode="json") for name in ("taught", "only", "covered")}
    own["read"] = Healthy(side="low", values=(0.8, 0.9)).model_dump(mode="json")
    others = {
        "taught": Healthy(side="low", values=(1.0, 1.2, 1.4)),
        "covered": Healthy(side="low", values=(1.0, 1.0)),
        "read": Healthy(side="low", values=(0.1, 0.9)),
    }
    found = spread_elsewhere(own, CalibrationTable(checks=others))
    assert list(found) == ["taught"]
    assert Healthy.model_validate_json(json.dumps(found["taught"])) == others["taught"]
    assert spread_elsewhere(own, None) == {}


def test_a_statistic_that_is_not_calibrated_departs_from_nothing(trial):
    readings = trial.collapsed().readings()
    names = {"transmission", "batch_coupling"}
    both = CalibrationTable(checks={"transmission": Healthy(side="low", values=(1, 2))})
    assert set(departures(both, readings, names)) == names
    assert set(departures(CalibrationTable(), readings, names)) == {"batch_coupling"}


def test_what_runs_that_fail_otherwise_read_counts_where_it_is_no_fault():
    """A collapse covers the training records a little better than held-out ones."""
    causes = {HEALTHY: 0.0, "batch_norm_leakage": 0.1, "data_fault": 0.6}
    runs = [
        Known(Readings(covering(0.5 + more + 0.001 * i, 0.5), {}, {}), cause, cause)
        for cause, more in causes.items()
        for i in range(4)
    ]
    table = calibrated(runs, CalibrateParams())
    assert table["runs"] == 4
    values = table["checks"]["memorization"]["values"]
    assert values == pytest.approx([*np.arange(4) / 1e3, *(0.1 + np.arange(4) / 1e3)])
    assert len(table["checks"]["coverage"]["values"]) == 4


def covering(train, held_out):
    """The content of metrics whose nulls are 1."""
    told = {"train_coverage": train, "coverage": held_out}
    return {"metrics": {k: {"value": v, "null": 1.0} for k, v in told.items()}}


def test_by_when_healthy_runs_have_learnt():
    """Twenty runs that come past the threshold for good at 5 %, 10 %, … of the way."""
    steps = np.arange(21) * 50
    runs = [
        Readings({}, {"step": steps, "precision": np.where(steps < since, 0.2, 0.9)})
        for since in steps[1:]
    ]
    never = Readings({}, {"step": steps, "precision": np.full(21, 0.2)})
    back = np.where((steps < 100) | (steps == 200), 0.2, 0.9)
    relapsed = Readings({}, {"step": steps, "precision": back})
    entry = {"side": "low", "scale": "linear", "values": [0.89, 0.9, 0.91]}
    assert learnt("last_precision", entry, [*runs, never]) == pytest.approx(0.9525)
    assert learnt("last_precision", entry, [relapsed]) == pytest.approx(0.25)
    assert learnt("last_precision", entry, [never, Readings()]) == 0.0


def test_by_when_what_alarms_above_had_fallen():
    """Samples of the first steps lie near to some record by chance."""
    name, steps = "train_nearest_share", np.arange(21) * 50
    runs = [
        Readings({}, {"step": steps, name: np.where(steps < since, 0.9, 0.5)})
        for since in steps[1:]
    ]
    entry = {"side": "high", "scale": "linear", "values": [0.49, 0.5, 0.51]}
    assert learnt(f"last_{name}", entry, runs) == pytest.approx(0.9525)


def json_of(made):
    return CalibrationTable.model_validate_json(made.read_bytes("calibration.json"))


def test_calibrate_wants_runs(context):
    with pytest.raises(ValueError, match="two trials at least"):
        calibrate([], [], CalibrateParams(), run=run_of([]), context=context)
    with pytest.raises(ValueError, match="of 1 trials"):
        calibrate([], [], CalibrateParams(), run=run_of(["base"]), context=context)


def test_a_statistic_that_was_read_once_has_no_spread():
    made = tabulate([{"a": 1.0}, {"a": 2.0, "b": 1.0}], {"a": ("low", "linear")})
    assert list(made["checks"]) == ["a"]


def test_the_payload_reads_back(table):
    plain = json.loads(table.model_dump_json())
    assert CalibrationTable.model_validate_json(to_json(plain)) == table


def test_the_packaged_calibration_says_how_it_was_made():
    table = packaged()
    assert table.runs >= 10
    assert "calibration.yaml" in table.produced and "seeds" in table.produced
    assert {"precision", "recall", "coverage"} <= set(table.checks)
    failing = sum(one.runs for one in table.exposed.values())
    for name, healthy in table.checks.items():
        statistic = STATISTICS[name]
        assert (healthy.side, healthy.scale) == (statistic.side, statistic.scale)
        assert list(healthy.values) == sorted(healthy.values)
        assert len(healthy.values) <= table.runs + statistic.common * failing


def test_no_healthy_run_of_the_calibration_alarms():
    rate = DiagnoseParams().false_alarm_rate / len(family())
    for healthy in packaged().checks.values():
        sign = -1 if healthy.side == "low" else 1
        bound = sign * healthy.threshold(rate)
        assert all(sign * value <= bound for value in healthy.values)


def test_another_calibration_needs_no_packaged_one(table):
    assert fingerprint(DiagnoseParams(calibration=table)) is None
    assert fingerprint(DiagnoseParams()) == fingerprint(DiagnoseParams())


def test_measuring_keeps_relative_units(trial):
    measured = measure(trial.readings())
    assert measured["precision"] == pytest.approx(0.94)
    assert measured["memorization"] == pytest.approx(0.0, abs=1e-9)


def cases_of(random, count, seeds, between, within):
    """Runs of cases whose means spread by `between`, the seeds of each by `within`."""
    means = random.normal(0, between, (count, 1))
    return means + random.normal(0, within, (count, seeds))


@pytest.mark.parametrize("between, within", [(1.0, 0.1), (1.0, 1.0), (0.0, 1.0)])
def test_a_run_of_a_case_that_was_not_calibrated_alarms_at_the_stated_rate(
    between, within
):
    """Seeds of ten cases are no forty cases: simulated, 5 % of runs of a new one."""
    random = np.random.default_rng(0)
    alarms = []
    for _ in range(1500):
        known = cases_of(random, 10, 4, between, within)
        order = np.argsort(known, axis=None)
        table = tabulate(
            [{"x": float(value)} for value in known.ravel()[order]],
            {"x": ("high", "linear")},
            cases=[str(case) for case in np.repeat(range(10), 4)[order]],
        )
        healthy = Healthy.model_validate_json(json.dumps(table["checks"]["x"]))
        new = cases_of(random, 1, 1, between, within)[0, 0]
        alarms.append(healthy.p_value(new) < 0.05)
    assert 0.03 < np.mean(alarms) < 0.075


def test_seeds_of_one_case_are_held_against_it():
    values = [0.1, 0.2, 0.4]
    alone = Healthy(side="high", values=tuple(values))
    same = Healthy(side="high", values=tuple(values), cases=(7, 7, 7))
    assert same.threshold(0.05) == alone.threshold(0.05)
    assert same.departure(0.9) == alone.departure(0.9)


def kinds_of(apart, images=8, points=20, seed=0):
    """Readings of cases of two kinds, whose means are `apart` deviations apart."""
    random = np.random.default_rng(seed)
    counts = {"images": images, "points": points}
    means = np.concatenate(
        [
            random.normal(apart * (kind == "images"), 1, count)
            for kind, count in counts.items()
        ]
    )
    values = (means[:, None] + random.normal(0, 0.1, (len(means), 2))).ravel()
    kinds = np.repeat(list(counts), [2 * count for count in counts.values()])
    return tabulate(
        [{"x": float(value)} for value in values],
        {"x": ("low", "linear")},
        kinds=kinds.tolist(),
        cases=[str(case) for case in np.repeat(range(len(means)), 2)],
    )


def test_a_kind_is_held_against_its_own_where_it_reads_differently():
    table = CalibrationTable.model_validate_json(to_json(kinds_of(apart=5)))
    assert len(table.kinds["images"]["x"].values) == 16
    assert len(table.kinds["points"]["x"].values) == 40
    assert table.of("images").checks["x"].median > 3
    assert abs(table.of("points").checks["x"].median) < 1
    assert len(table.of(None).checks["x"].values) == 56


def test_a_kind_that_reads_like_others_is_held_against_all():
    """Of 200 pairs that do not differ a quarter is told apart by chance, at most: 50,
    and 15 more are 2.4 deviations of such a count."""
    told = sum("x" in kinds_of(0, seed=seed)["kinds"]["images"] for seed in range(200))
    assert told <= 65


def test_a_kind_of_few_cases_is_held_against_all():
    made = kinds_of(apart=9, images=5)
    table = CalibrationTable.model_validate_json(to_json(made))
    assert "x" in table.kinds["images"]
    assert len(table.of("images").checks["x"].values) == 50


def test_a_kind_that_always_reads_alike_is_held_against_all():
    """No reading says how much another may differ."""
    values = [0.0] * 16 + np.random.default_rng(0).normal(5, 1, 40).tolist()
    made = tabulate(
        [{"x": value} for value in values],
        {"x": ("high", "linear")},
        kinds=["images"] * 16 + ["points"] * 40,
        cases=[str(case) for case in np.repeat(range(28), 2)],
    )
    table = CalibrationTable.model_validate_json(to_json(made))
    assert len(table.of("images").checks["x"].values) == 56
    assert len(table.of("points").checks["x"].values) == 40
