"""The stage as a whole: what report.json says, and a page made of it alone."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from components.report import view
from components.report.html import render_html
from components.report.markdown import render_markdown
from components.report.probes import curves
from components.report.stage import LIMIT
from components.run import CaseInfo, ExpectationInfo

HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def world(synthetic, tmp_path_factory):
    return synthetic.quickstart(tmp_path_factory.mktemp("quickstart"))


@pytest.fixture(scope="module")
def made(world):
    return world.report()


def test_json_has_the_documented_schema(made):
    content = made.content()
    assert content["schema"] == "ganopsy.report/1"
    assert content["spec"] == {
        "name": "digits-batchnorm",
        "path": "specs/quickstart.yaml",
    }
    assert isinstance(content["run"], str)
    trial = content["trials"][0]
    assert trial["point"] == {"seed": 0, "train.discriminator.normalization": "batch"}
    assert [t["verdict"] for t in content["trials"]] == ["failed"] * 2 + ["healthy"] * 2
    assert set(trial["symptoms"][0]) >= {
        "id",
        "severity",
        "onset_step",
        "claim",
        "evidence",
    }
    assert set(trial["causes"][0]) >= {
        "id",
        "confidence",
        "claim",
        "evidence",
        "prescription",
    }
    assert set(trial["checks"][0]) >= {"id", "status", "value", "null", "threshold"}
    assert set(trial["metrics"]["precision"]) >= {"value", "null", "ci", "n"}
    assert trial["risks"] == []
    assert trial["measurements"] == {}
    for expectation in content["expectations"]:
        assert set(expectation) >= {"when", "met", "detail"}


def test_prescriptions_are_addresses_with_place_and_old_value(made):
    for trial in made.content()["trials"][:2]:
        first, second = trial["causes"][0]["prescriptions"]
        assert trial["causes"][0]["prescription"] == first
        address = "train.discriminator.normalization"
        assert first["set"] == {address: "none"}
        assert first["old"] == {address: "batch"}
        assert first["where"] == "specs/quickstart.yaml:7"
        assert first["command"] == f"--set {address}=none"
        assert second["set"] == {address: "layer"}


def test_page_and_summary_are_functions_of_the_json_alone(made):
    content = json.loads(made.read_bytes("report.json"))
    assert render_html(content).encode() == made.read_bytes("report.html")
    assert render_markdown(content).encode() == made.read_bytes("report.md")


def test_json_has_no_nan(made):
    def refuse(name):
        raise AssertionError(name)

    json.loads(made.read_bytes("report.json"), parse_constant=refuse)


def test_equal_inputs_give_equal_bytes(world, made):
    again = world.report()
    for name in ("report.json", "report.html", "report.md"):
        assert again.read_bytes(name) == made.read_bytes(name)


def test_page_shows_what_matters(made):
    page = made.read_bytes("report.html").decode()
    for shown in (
        "Normalization batch fails on 2 of 2 seeds",
        "The samples cover less of the data than those of a healthy run.",
        "specs/quickstart.yaml:7",
        "--set train.discriminator.normalization=none",
        "Batch-norm leakage",
        "Not run",
        "Wilson",
    ):
        assert shown in page


def test_variants_that_fail_on_some_seeds_are_not_called_failed(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    for seed in range(2):
        world.add({synthetic.ADDRESS: "batch", "seed": seed}, failing=True)
        world.add({synthetic.ADDRESS: "none", "seed": seed}, failing=seed == 1)
        world.add({synthetic.ADDRESS: "layer", "seed": seed})
    page = world.report().read_bytes("report.html").decode()
    assert ">3 of 6 trials fail<" in page
    assert (
        "Normalization batch fails on 2 of 2 seeds and normalization none fails on "
        "1 of 2 seeds. Normalization layer is healthy on all 2 seeds."
    ) in page


def test_summary_shows_what_matters(made):
    text = made.read_bytes("report.md").decode()
    assert "`--set train.discriminator.normalization=none`" in text
    assert "| normalization batch | 2 of 2 | 34% to 100% |" in text
    assert "✕ not met" not in text


def test_page_asks_for_nothing(made):
    page = made.read_bytes("report.html").decode()
    for address in ("http:", "https:", "url(", "@import", "//cdn", 'src="/'):
        assert address not in page


def test_curves_are_thinned_and_rounded(made):
    figures = made.content()["trials"][0]["figures"]
    assert "never_read" not in figures["series"]
    assert len(figures["series"]["coverage"]["steps"]) == 11
    assert all(len(s["steps"]) <= 200 for s in figures["series"].values())
    assert [frame["step"] for frame in figures["frames"]][::11] == [0, 3000]


def test_trial_that_failed_stands_as_such(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0}, failed="train: out of memory")
    world.add({"seed": 1})
    content = world.report().content()
    first, second = content["trials"]
    assert first["failed"] == "train: out of memory"
    assert first["verdict"] == "undetermined"
    assert first["metrics"] == {}
    assert second["verdict"] == "healthy"
    assert second["metrics"]["precision"]["value"] > 0.8
    page = render_html(content)
    assert "train: out of memory" in page
    assert "Did not finish" in page
    assert "out of memory" not in page.split("Did not finish")[0].split("</style>")[0]


def test_run_of_which_nothing_is_left_still_reports(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({}, failed="curate: no records")
    made = world.report()
    assert "No result" in made.read_bytes("report.html").decode()
    assert "No result" in made.read_bytes("report.md").decode()


def test_hostile_text_stays_text(synthetic, tmp_path):
    world = synthetic.World(tmp_path, name=HOSTILE, path=f"specs/{HOSTILE}.yaml")
    world.positions = {"train": HOSTILE}
    wrong = synthetic.diagnosed(np.random.default_rng(0), True)
    for found in (*wrong["symptoms"], *wrong["causes"], *wrong["checks"]):
        found["id"] = HOSTILE
        found["claim"] = HOSTILE
        found["source"] = HOSTILE
        found["evidence"] = [{"text": HOSTILE, "series": HOSTILE}]
    wrong["causes"][0]["rivals"] = [HOSTILE]
    wrong["causes"][0]["prescriptions"][0] = {
        "set": {HOSTILE: HOSTILE},
        "why": HOSTILE,
    }
    wrong["experiment"] = HOSTILE
    wrong["risks"] = wrong["causes"]
    metrics = {HOSTILE: {"value": 0.5, "null": 0.9, "blind_to": HOSTILE}}
    classes = [{"index": 0, "name": HOSTILE, "share": 0.0, "captured": False}]
    content = {"metrics": metrics, "classes": classes}
    point = {HOSTILE: HOSTILE, "seed": 0}
    world.add(point, failing=True, diagnosis=wrong, content=content)
    world.add({**point, "seed": 1}, failed=HOSTILE)
    claims = {"cause": HOSTILE, HOSTILE: HOSTILE}
    world.expectations = [synthetic.ExpectationInfo(point, claims, HOSTILE)]
    made = world.report()
    page = made.read_bytes("report.html").decode()
    assert page.count("<script>") == 1
    assert "alert(&#39;x&#39;)" in page
    assert "<script>alert" not in page
    summary = made.read_bytes("report.md").decode()
    outside = "".join(summary.split("`")[::2])
    assert "<script>" not in outside.replace("\\<", "")


def test_prescription_is_safe_to_paste(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    wrong = synthetic.diagnosed(np.random.default_rng(0), True)
    change = {"set": {"x": "$(rm -rf ~)'"}, "why": ""}
    wrong["causes"][0]["prescriptions"] = [change]
    world.add({"seed": 0}, failing=True, diagnosis=wrong)
    (trial,) = world.report().content()["trials"]
    command = trial["causes"][0]["prescription"]["command"]
    printed = subprocess.run(
        ["sh", "-c", f"printf '%s\\n' {command}"], capture_output=True, check=True
    )
    assert printed.stdout.decode().splitlines() == [
        "--set",
        'train.x="$(rm -rf ~)\'"',
    ]


@pytest.mark.parametrize("shape", [(2,), (64,), (8, 8), (32, 32, 3)])
def test_every_shape_of_record_is_drawn_or_left_out(synthetic, tmp_path, shape):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0}, failing=True, shape=shape)
    made = world.report()
    page = made.read_bytes("report.html").decode()
    assert len(page) < LIMIT
    figures = made.content()["trials"][0]["figures"]
    if shape == (2,):
        assert len(figures["generated"]["points"]) == 64
        assert "<img" not in page
    elif shape == (64,):
        assert figures["generated"] is None
    else:
        assert figures["generated"]["picture"]["tile"] == list(shape[:2])
        assert "<img" in page


def test_page_of_a_huge_matrix_is_small_and_says_what_it_lacks(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    for seed in range(10):
        for rate in range(20):
            point = {"train.optimizer.learning_rate": rate / 100, "seed": seed}
            like = rate % 2 if len(world.trials) > 1 else None
            world.add(point, failing=rate % 2 == 0, shape=(32, 32, 3), like=like)
    made = world.report()
    content = made.content()
    assert len(made.read_bytes("report.html")) <= LIMIT
    drawn = [t for t in content["trials"] if t["figures"]]
    assert 2 <= len(drawn) <= 12
    assert {t["verdict"] for t in drawn} == {"failed", "healthy"}
    assert content["without_figures"] == 200 - len(drawn)
    page = made.read_bytes("report.html").decode()
    assert f"{200 - len(drawn)} trials stand here without" in page


def test_page_too_large_draws_fewer_probes_and_then_fewer_trials(
    synthetic, tmp_path, monkeypatch
):
    world = synthetic.quickstart(tmp_path)
    made, sizes = world.report(), []
    for every_probe, all_trials in ((True, True), (False, True), (False, False)):
        page, content = made.read_bytes("report.html"), made.content()
        assert content["every_probe"] == every_probe
        assert (content["without_figures"] == 0) == all_trials
        assert (b"it draws the probes that evidence names" in page) != every_probe
        sizes.append(len(page))
        limit = sizes[-1] - 1
        monkeypatch.setattr(sys.modules["components.report.stage"], "LIMIT", limit)
        made = world.report()
    assert sizes == sorted(sizes, reverse=True)


def test_missing_measurements_leave_gaps_not_errors(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    bare = {"verdict": "undetermined", "symptoms": [], "causes": []}
    nothing = {"value": None, "null": None, "null_interval": None, "ci": None}
    content = {"metrics": {"precision": nothing, "odd": {"value": float("nan")}}}
    world.add({"seed": 0}, diagnosis=bare, content=content)
    telemetry = world.telemetries[0]
    telemetry.write_table(
        "telemetry.parquet", pa.table({"step": np.array([], np.int64)})
    )
    empty = np.zeros((0, 0, 8, 8, 1), np.float32)
    telemetry.write_arrays("snapshots.npz", steps=np.array([], int), samples=empty)
    world.metrics[0].write_arrays("plots.npz")
    made = world.report()
    assert "Undetermined" in made.read_bytes("report.html").decode()
    assert made.content()["trials"][0]["metrics"]["odd"]["value"] is None


@pytest.mark.parametrize("verdict", ["failed", "undetermined"])
def test_a_cause_that_is_not_determined_is_not_given_for_one(
    synthetic, tmp_path, verdict
):
    world = synthetic.World(tmp_path)
    told = synthetic.diagnosed(np.random.default_rng(0), failing=True)
    sure, experiment = verdict == "failed", "Train with another normalization."
    told |= {"verdict": verdict, "experiment": None if sure else experiment}
    world.add({"seed": 0}, failing=True, diagnosis=told)
    made = world.report()
    page = made.read_bytes("report.html").decode()
    text = made.read_bytes("report.md").decode()
    assert ("from batch-norm leakage</span>" in page) == sure
    assert ("cause not determined, perhaps batch-norm leakage" in page) != sure
    assert ("Change this line</h2>" in page) == sure
    assert ("Cause not determined: try this line first</h2>" in page) != sure
    assert ("What to change</h3>" in page) == sure
    assert ("What to try first</h3>" in page) != sure
    assert "No change of a parameter" not in page
    assert (experiment in page) != sure
    assert ("**Change:**" in text) == sure
    assert ("**Cause not determined. Try first:**" in text) != sure


def test_how_many_causes_are_not_determined_is_said_under_the_headline(
    synthetic, tmp_path
):
    world = synthetic.World(tmp_path)
    for seed, verdict in enumerate(["failed", "undetermined", "undetermined"]):
        told = synthetic.diagnosed(np.random.default_rng(0), failing=True)
        told |= {"verdict": verdict, "experiment": None}
        world.add({"seed": seed}, failing=True, diagnosis=told)
    content = world.report().content()
    said = {
        number: view.standing({**content, "trials": content["trials"][:number]})
        for number in (1, 2, 3)
    }
    assert said == {
        1: "",
        2: "The cause of 1 of the 2 that fail is not determined.",
        3: "The cause of 2 of the 3 that fail is not determined.",
    }
    alone = view.standing({**content, "trials": content["trials"][1:2]})
    assert alone == "Its cause is not determined."
    both = view.standing({**content, "trials": content["trials"][1:]})
    assert both == "Their cause is not determined."


def test_what_is_to_be_known_of_a_healthy_run_stands_under_the_headline(
    synthetic, tmp_path
):
    world = synthetic.World(tmp_path)
    for seed in range(3):
        told = synthetic.diagnosed(np.random.default_rng(0), failing=False)
        told["remarks"] = ["coverage reads 0.2, worse than any."] if seed < 2 else []
        world.add({"seed": seed}, failing=False, diagnosis=told)
    content = world.report().content()
    trials = content["trials"]
    said = view.standing({**content, "trials": trials[:1]})
    assert said == "Coverage reads 0.2, worse than any."
    assert view.standing({**content, "trials": trials[2:]}) == ""
    said = view.standing(content)
    assert said.endswith(
        "Seed 0: coverage reads 0.2, worse than any. Healthy trials with "
        "a remark beside this: 1."
    )


def test_a_change_that_is_withheld_is_not_denied(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    told = synthetic.diagnosed(np.random.default_rng(0), failing=True)
    told |= {"verdict": "undetermined", "experiment": "Train on more records."}
    told["causes"][0]["prescriptions"] = []
    world.add({"seed": 0}, failing=True, diagnosis=told)
    page = world.report().read_bytes("report.html").decode()
    assert "Nothing is prescribed before what would decide has been tried." in page
    assert "No change of a parameter" not in page


def test_a_cause_that_no_change_mends_is_named_and_not_denied(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0}, failing=True)
    content = world.report().content()
    (cause,) = content["trials"][0]["causes"]
    cause |= {"id": "data_fault", "prescription": None, "prescriptions": []}
    page = render_html(content)
    assert "No change to prescribe" in page
    assert "Faulty data: no change of a parameter" in page
    assert "does not point to one cause" not in page
    assert "without a cause" not in page


def test_checks_of_trials_held_against_other_limits_show_their_range(
    synthetic, tmp_path
):
    world = synthetic.World(tmp_path)
    for seed in (0, 1):
        world.add({"seed": seed}, failing=True)
    content = world.report().content()
    (one,) = [c for c in content["trials"][1]["checks"] if c["id"] == "precision"]
    one["threshold"] = 0.5
    (told,) = [c for c in view.checks(content["trials"]) if c["id"] == "precision"]
    assert (told["null"], told["threshold"]) == ("0.92", "0.5 … 0.85")
    assert "0.5 … 0.85" in render_html(content)


def test_samples_that_are_not_finite_are_drawn(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0}, failing=True)
    plots = world.metrics[0].plots()
    plots["samples"] = np.full_like(plots["samples"], np.nan)
    plots["generated_2d"] = np.full_like(plots["generated_2d"], np.inf)
    world.metrics[0].write_arrays("plots.npz", **plots)
    assert world.report().content()["trials"][0]["figures"]["generated_2d"] == []


def test_lists_that_do_not_match_the_trials_are_refused(synthetic, tmp_path):
    world = synthetic.quickstart(tmp_path)
    world.metrics.pop()
    with pytest.raises(ValueError, match="Invalid value for `metrics`"):
        world.report()


def test_declaring_the_stage_imports_nothing_heavy():
    code = (
        "import sys, components.report.stage\n"
        "heavy = {'numpy', 'jinja2', 'PIL', 'pyarrow', 'keras', 'apache_beam'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cases_have_rows_places_and_expectations_of_their_own(synthetic, tmp_path):
    world = synthetic.World(tmp_path, path="zoo.yaml", positions={})
    for name, failing in (("leak", True), ("sound", False)):
        world.cases[name] = CaseInfo(
            f"zoo/{name}.yaml", {synthetic.ADDRESS: f"zoo/{name}.yaml:7"}
        )
        for seed in (0, 1):
            world.add({"case": name, "seed": seed}, failing=failing)
    world.expectations = [
        ExpectationInfo({"case": "leak"}, {"cause": "batch_norm_leakage"}, "zoo/l:9"),
        ExpectationInfo({"case": "sound"}, {"verdict": "failed"}, "zoo/s:9"),
    ]
    content = world.report().content()
    assert [entry["met"] for entry in content["expectations"]] == [True, False]
    assert content["expectations"][0]["trials"] == ["t000", "t001"]
    assert content["differences"]["contrasts"] == []
    rows = view.matrix(content)["rows"]
    assert [(row["name"], row["failures"]) for row in rows] == [
        ("leak", 2), ("sound", 0),
    ]  # fmt: skip
    (cause, *_) = content["trials"][0]["causes"]
    assert cause["prescription"]["where"] == "zoo/leak.yaml:7"
    page = render_html(content)
    assert "zoo/leak.yaml:7" in page and "--set case=leak" in page


def test_every_probe_is_drawn_unless_another_drawing_shows_it(synthetic, tmp_path):
    world = synthetic.quickstart(tmp_path)
    content = world.report().content()
    more = (
        "mode_hopping",
        "singular_value.discriminator_dense_0",
        "generator_stability",
        "one_of_my_own",
        "eigenvalue_real_0",
        "path_cosine.0.3",
        "generator_gradient_cosine_2",
        "generator_gradient_variance",
    )
    for trial in content["trials"]:
        for name in more:
            read = {"steps": [0, 1], "values": [trial["seed"], 2.0]}
            trial["figures"]["series"][name] = read
    failing = [t for t in content["trials"] if t["verdict"] == "failed"]
    drawn = [plot["id"] for plot in curves(failing, [], every=True)]
    assert len(set(drawn)) == len(drawn)
    # By what they are about, and one's own at the end.
    assert [name for name in drawn if name in more] == [
        "mode_hopping",
        "singular_value.discriminator_dense_0",
        "generator_stability",
        "generator_gradient_variance",
        "one_of_my_own",
    ]
    few = [plot["id"] for plot in curves(failing, [])]
    assert not set(few) & set(more) and set(few) < set(drawn)
    content["every_probe"] = True
    page = render_html(content)
    assert "Hopping between modes" in page and "Singular value" not in page
