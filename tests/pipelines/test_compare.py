"""Two runs: which trials are paired, and what is said of their difference."""

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console
from scipy import stats

from components.artifacts import Metrics, Report
from pipelines.command.comparison import print_comparison
from pipelines.compare import compare
from pipelines.runners import Local
from pipelines.runs import NodeUse, TrialRecord, begin, finish
from pipelines.spec.model import Spec
from pipelines.storage.manifest import NodeRecord, Output, Producer
from pipelines.store import Store

PRODUCER = Producer("k", "toy:train", "train")
NORM = "train.norm"


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "runs"))


def commit(store, kind, **files):
    artifact = store.stage(kind)
    for name, content in files.items():
        if isinstance(content, dict) and name == "spreads":
            artifact.write_arrays("spreads.npz", **content)
        else:
            artifact.write_json(f"{name}.json", content)
    return Output(kind.type, store.commit(artifact, PRODUCER).digest)


class Runs:
    """Makes runs of a toy spec whose trials have the points and numbers given."""

    def __init__(self, store):
        self.store, self.count = store, 0

    def make(self, trials):
        """A run; each trial a dict: point, recall, and what may be left out."""
        run = begin(self.store, Spec(
            name="toy", path="toy.yaml", seed=0, store="", runner=Local(), stages={},
            trials=(), expectations=(),
        ))  # fmt: skip
        records = tuple(self.record(trial) for trial in trials)
        content = {"trials": [self.said(trial) for trial in trials]}
        report = commit(self.store, Report, report=content)
        run = dataclasses.replace(run, trials=records)
        return finish(self.store, run, "done", report.digest).id

    def record(self, trial):
        self.count += 1
        key, point = f"{self.count:064d}", trial["point"]
        files = {"metrics": {"n": self.count}}
        if "reached" in trial:
            on = {"records": "r", "latents": trial.get("latents", "l")}
            files = {"metrics": {"measured_on": on, "n": self.count}}
            files["spreads"] = {"points.recall": trial["reached"]}
        output = {"metrics": commit(self.store, Metrics, **files)}
        params = {"norm": point.get(NORM, trial.get("norm", "none")), "steps": 10}
        self.store.record(NodeRecord(
            key=key, outputs=output, spec="toy", stage="train", points=(point,),
            component="train", closure={}, params=params, fingerprint=None,
            seed=point.get("seed", trial.get("seed", 0)), run=None, inputs={},
            sources={},
        ))  # fmt: skip
        name = ",".join(f"{k}={v}" for k, v in point.items())
        return TrialRecord(name, point, {"train": NodeUse(key, output)})

    @staticmethod
    def said(trial):
        return {
            "point": trial["point"], "verdict": "healthy", "failed": None,
            "symptoms": [], "causes": [],
            "metrics": {"recall": {"value": trial["recall"], "better": "higher"}},
            "measurements": {
                name: {"measured": value}
                for name, value in trial.get("measured", {}).items()
            },
        }  # fmt: skip


@pytest.fixture
def runs(store):
    return Runs(store)


def seeds(values, **more):
    return [
        {"point": {"seed": seed}, "recall": value, **more}
        for seed, value in enumerate(values)
    ]


def printed(store, a, b, width=200):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_comparison(console, store, a, b)
    return console.file.getvalue()


def test_trials_are_paired_by_their_seed(store, runs):
    before, after = [0.5, 0.6, 0.7, 0.8], [0.56, 0.65, 0.77, 0.85]
    a, b = runs.make(seeds(before)), runs.make(seeds(after)[::-1])
    found = compare(store, a, b)
    assert found.shared == ("seed",)
    assert found.common == tuple(f"seed={seed}" for seed in range(4))
    (contrast,) = found.contrasts
    assert (contrast.pairs, contrast.point) == (4, {})
    figure, test = contrast.figures["recall"], stats.ttest_rel(after, before)
    interval = test.confidence_interval(0.95)
    assert figure["interval"] == pytest.approx([interval.low, interval.high], rel=1e-9)
    assert figure["p_value"] == pytest.approx(test.pvalue, rel=1e-6)
    unpaired = stats.ttest_ind(after, before).pvalue
    assert unpaired > 0.5 > 0.05 > figure["p_holm"], "clear only in pairs"
    assert figure["clear"]


def test_measured_figures_are_compared_too(store, runs):
    def made(radii):
        return runs.make(
            [
                {"point": {"seed": seed}, "recall": 0.5, "measured": {"radius": radius}}
                for seed, radius in enumerate(radii)
            ]
        )

    found = compare(store, made([1.0, 2.0, 4.0]), made([1.5, 2.4, 4.6]))
    figure = found.contrasts[0].figures["radius"]
    assert figure["difference"] == pytest.approx(0.5)
    assert figure["interval"] is not None


def test_an_axis_that_one_run_varies_is_a_parameter_of_the_other(store, runs):
    """As after `--set` of what a matrix varies: only equal trials are partners."""
    both = [
        {"point": {"seed": seed, NORM: norm}, "recall": 0.5 + 0.1 * seed}
        for norm in ("batch", "none")
        for seed in (0, 1)
    ]
    a = runs.make(both)
    b = runs.make(seeds([0.61, 0.69, 0.8], norm="none"))
    found = compare(store, a, b)
    assert found.common == (f"seed=0,{NORM}=none", f"seed=1,{NORM}=none")
    assert found.only_a == (f"seed=0,{NORM}=batch", f"seed=1,{NORM}=batch")
    assert found.only_b == ("seed=2",)
    (contrast,) = found.contrasts
    assert contrast.point == {NORM: "none"} and contrast.pairs == 2


def test_what_is_one_value_in_each_run_is_what_is_compared(store, runs):
    def made(norm, values):
        return runs.make(
            [
                {"point": {"seed": seed, NORM: norm}, "recall": value}
                for seed, value in enumerate(values)
            ]
        )

    a, b = made("batch", [0.2, 0.3, 0.4]), made("none", [0.71, 0.8, 0.92])
    found = compare(store, a, b)
    assert found.shared == ("seed",) and not found.only_a + found.only_b
    assert found.contrasts[0].figures["recall"]["clear"]
    shown = printed(store, a, b)
    assert "3 pairs of trials, equal in seed" in shown
    assert "every train.norm batch none" in " ".join(shown.split())


def test_variants_are_compared_each_by_itself(store, runs):
    def recall(seed, place, shift):
        return 0.5 + 0.03 * seed**2 + shift * (place + 0.001 * seed)

    def made(shift):
        return runs.make(
            [
                {
                    "point": {"seed": seed, NORM: norm},
                    "recall": recall(seed, place, shift),
                }
                for place, norm in enumerate(("batch", "none"))
                for seed in range(3)
            ]
        )

    found = compare(store, made(0.0), made(0.2))
    assert [each.point for each in found.contrasts] == [{NORM: "batch"}, {NORM: "none"}]
    apart = [each.figures["recall"]["difference"] for each in found.contrasts]
    assert apart == pytest.approx([0.0002, 0.2002])
    assert found.tested["made"] == 2


def test_one_pair_on_the_same_latents_is_compared_over_them(store, runs):
    random = np.random.default_rng(0)
    hard = random.random(300)
    first, second = (
        (hard + 0.03 * random.standard_normal(300) < share).astype(float)
        for share in (0.7, 0.6)
    )

    def made(reached, **more):
        trial = {"point": {}, "recall": reached.mean(), "reached": reached, **more}
        return runs.make([trial])

    a, b = made(first, seed=3), made(second, seed=4)
    figure = compare(store, a, b).contrasts[0].figures["recall"]
    interval = stats.ttest_rel(second, first).confidence_interval(0.95)
    assert figure["interval"] == pytest.approx([interval.low, interval.high], rel=1e-9)
    assert figure["over"] == "samples"
    assert "over its samples: it says nothing of other seeds" in printed(store, a, b)
    other = made(second, latents="other")
    found = compare(store, a, other).contrasts[0].figures["recall"]
    assert found["why"] == "one pair: made of different latents"
    assert "made of different latents" in printed(store, a, other)


def test_a_person_reads_partners_differences_and_how_many(store, runs):
    a = runs.make(seeds([0.5, 0.6, 0.7, 0.8]))
    b = runs.make(seeds([0.56, 0.65, 0.77, 0.85, 0.9]))
    for width in (200, 80):
        shown = printed(store, a, b, width)
        assert "only in b, without a partner: seed=4" in shown
        assert "b against a: 4 pairs" in shown
        assert "+0.0575" in shown and "better" in shown
        assert "1 difference was tested; 1 is clear of 0 after Holm" in shown
        assert max(map(len, shown.splitlines())) <= width
    assert "No difference between the 4 trials" in printed(store, a, a)


def test_runs_that_share_nothing_say_so(store, runs):
    a = runs.make(seeds([0.5, 0.6]))
    b = runs.make([{"point": {"seed": seed}, "recall": 0.5} for seed in (7, 8)])
    shown = printed(store, a, b)
    assert "No trial of one is equal to a trial of the other" in shown
    assert shown.count("without a partner") == 4 and "No difference" not in shown
