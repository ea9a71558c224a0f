"""The confusion matrix: known counts, as data, on the page, in text, in a picture."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from components.report import confusion_view, view
from components.report.confusion import confusion
from components.report.confusion_svg import render_svg
from components.report.html import render_html
from components.report.markdown import render_markdown
from components.run import CaseInfo, ExpectationInfo, RunInfo, TrialInfo

HOSTILE = "<script>alert('x')</script>|`&"
SVG = "{http://www.w3.org/2000/svg}"


def trial(verdict, causes=(), symptoms=(), failed=None):
    """Findings: an id, or an id with its onset."""

    def found(given):
        name, onset = given if isinstance(given, tuple) else (given, None)
        return {"id": name, "onset_step": onset, "claim": "", "severity": 0.5}

    explained = [found(s)["id"] for s in symptoms]
    return {
        "verdict": verdict,
        "causes": [found(c) | {"explains": explained} for c in causes],
        "symptoms": [found(s) for s in symptoms],
        "failed": failed,
    }


def judged(cases, collected=True, confidence=0.95):
    """`confusion` of {case: (claims, trials)}."""
    infos, trials, expectations = [], [], []
    for name, (claims, given) in cases.items():
        if claims:
            expectations.append(ExpectationInfo({"case": name}, claims, "x:1"))
        for seed, one in enumerate(given):
            point = {"case": name, "seed": seed}
            infos.append(TrialInfo(f"{name},{seed}", point, seed, {}, one["failed"]))
            trials.append({"id": infos[-1].id, "point": point, "seed": seed, **one})
    known = {name: CaseInfo(f"{name}.yaml", {}) for name in cases}
    run = RunInfo(
        "id", "zoo", "zoo.yaml", infos, expectations, {}, "report", {},
        known if collected else {},
    )  # fmt: skip
    return confusion(run, trials, confidence)


def cause_a(onset=None, symptom=None):
    return trial("failed", [("a", onset), "b"], [("collapse", symptom)])


ZOO = {
    "one": (
        {"cause": "a"},
        [
            cause_a(),
            cause_a(),
            trial("failed", ["b", "a"], ["collapse"]),
            trial("undetermined", ["a", "b"], ["collapse"]),
            trial("undetermined", failed="train: out of memory"),
        ],
    ),
    "other": ({"cause": "a"}, [trial("healthy")]),
    "copies": (
        {"symptom": "memorization"},
        [
            trial("undetermined", [], ["collapse", "memorization"]),
            trial("failed", ["b"], ["memorization"]),
            trial("failed", ["b"], ["collapse"]),
            trial("healthy", [], ["memorization"]),
        ],
    ),
    "sound": (
        {"verdict": "healthy"},
        [
            trial("healthy"),
            trial("failed", ["a"], ["collapse"]),
            trial("undetermined", [], ["collapse"]),
            trial("undetermined", failed="train: out of memory"),
        ],
    ),
}


def test_counts_of_a_known_zoo():
    found = judged(ZOO)
    assert found["labels"] == [
        "a", "memorization", "healthy", "b", "undetermined", "no result",
    ]  # fmt: skip
    rows = [
        (r["expected"], r["kind"], r["counts"], r["right"], r["of"], r["undetermined"],
         r["wrong"]) for r in found["rows"]
    ]  # fmt: skip
    assert rows == [
        ("a", "cause", {"a": 2, "b": 1, "undetermined": 1, "no result": 1,
                        "healthy": 1}, 2, 6, 1, 3),
        ("memorization", "symptom", {"memorization": 2, "b": 1, "healthy": 1}, 2, 4,
         0, 2),
        ("healthy", "healthy", {"healthy": 1, "a": 1, "undetermined": 1,
                                "no result": 1}, 1, 4, 1, 2),
    ]  # fmt: skip
    for row in found["rows"]:
        assert sum(row["counts"].values()) == row["of"]
        assert row["right"] + row["undetermined"] + row["wrong"] == row["of"]


def test_totals_add_up_and_a_run_without_a_result_raised_no_alarm():
    totals = judged(ZOO)["totals"]
    assert (totals["top_1"]["right"], totals["top_1"]["of"]) == (5, 14)
    assert (totals["undetermined"], totals["wrong"]) == (2, 7)
    rights = [totals[kind]["right"] for kind in ("cause", "symptom", "healthy")]
    assert rights == [2, 2, 1]
    alarms = totals["false_alarms"]
    assert (alarms["count"], alarms["of"], alarms["undetermined"]) == (1, 3, 1)
    assert totals["unlabelled"] == 0


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_intervals_are_those_of_scores_that_do_not_refute(confidence):
    """Wilson's bounds are where the score test of the rate is at its limit."""
    from scipy.stats import norm

    found = judged(ZOO, confidence=confidence)
    entries = [*found["rows"], found["totals"]["top_1"]]
    for row in entries:
        for bound in row["interval"]:
            error = (bound * (1 - bound) / row["of"]) ** 0.5
            score = abs(row["right"] / row["of"] - bound) / error
            assert score == pytest.approx(norm.ppf((1 + confidence) / 2))


def test_lead_is_from_the_causes_onset_to_the_first_symptom_that_it_explains():
    late = trial("failed", [("a", 500)], [("collapse", 300)])
    unexplained = trial("failed", [("a", 100)], [("collapse", 900), ("other", 150)])
    unexplained["causes"][0]["explains"] = ["collapse"]
    second = trial("failed", [("b", 0), ("a", 100)], [("x", 700), ("y", 1000)])
    undated = trial("failed", ["a"], [("collapse", 900)])
    unseen = trial("failed", [("a", 5)], ["collapse"])
    elsewhere = trial("failed", [("a", 1)], [("collapse", 2)])
    found = judged(
        {
            "one": ({"cause": "a"}, [late, unexplained, second, undated, unseen]),
            "sound": ({"verdict": "healthy"}, [elsewhere]),
        }
    )
    assert found["lead"] == {"a": {"median": 600, "low": -200, "high": 800, "n": 3}}


def test_several_ids_and_a_cause_before_a_symptom_before_a_verdict():
    both = trial("failed", ["b"], ["x", "y"])
    half = trial("failed", ["c"], ["x"])
    rows = judged(
        {
            "causes": ({"cause": ["a", "b"]}, [both, half]),
            "symptoms": ({"symptom": ["x", "y"]}, [both, half]),
            "three": ({"verdict": "healthy", "symptom": "x", "cause": "b"}, [both]),
        }
    )["rows"]
    shown = {
        row["expected"]: (row["kind"], row["counts"], row["right"]) for row in rows
    }
    assert shown == {
        "a + b": ("cause", {"b": 1, "c": 1}, 1),
        "b": ("cause", {"b": 1}, 1),
        "x + y": ("symptom", {"x + y": 1, "c": 1}, 1),
    }


def test_what_has_no_row():
    found = judged({"sound": ({"verdict": "healthy"}, [trial("healthy")]),
                    "open": ({"verdict": "undetermined"}, [trial("healthy")]),
                    "silent": ({}, [trial("healthy")])})  # fmt: skip
    assert [row["of"] for row in found["rows"]] == [1]
    assert found["totals"]["unlabelled"] == 2
    assert judged({"silent": ({}, [trial("healthy")])}) is None


def test_without_cases_two_expectations_that_name_causes_make_a_matrix():
    one = {"one": ({"cause": "a"}, [cause_a()])}
    two = {**one, "two": ({"cause": "b"}, [cause_a()])}
    assert judged(one, collected=False) is None
    assert judged(one) is not None
    rows = judged(two, collected=False)["rows"]
    assert [row["counts"] for row in rows] == [{"a": 1}, {"a": 1}]


def test_compact_lines_say_what_else_was_found():
    content = {"confusion": judged(ZOO), "confidence": 0.95}
    assert confusion_view.lines(content) == [
        "expected       right  else found",
        "a             2 of 6  b 1, undetermined 1, no result 1, healthy 1",
        "memorization  2 of 4  b 1, healthy 1",
        "healthy       1 of 4  a 1, undetermined 1, no result 1",
        "5 of 14 trials diagnosed right: 2 of 6 causes, 2 of 4 symptoms and 1 of 4 "
        "healthy runs (95 % interval of all: 16 to 61 %); 2 left undetermined and 7 "
        "wrong, 1 of 3 healthy runs called failed (6 to 79 %).",
    ]
    assert confusion_view.lines({"trials": []}) == []


@pytest.fixture(scope="module")
def zoo(synthetic, tmp_path_factory):
    """Two of `leak` found, a third without result; one of three `sound` is not."""
    world = synthetic.World(tmp_path_factory.mktemp("zoo"), path="zoo.yaml")
    for name, failing in (("leak", True), ("sound", False)):
        world.cases[name] = CaseInfo(f"zoo/{name}.yaml", {})
        for seed in (0, 1):
            world.add({"case": name, "seed": seed}, failing=failing, shape=(2,))
    world.add({"case": "leak", "seed": 2}, failed="train: out of memory")
    world.add({"case": "sound", "seed": 2}, like=0)
    world.expectations = [
        ExpectationInfo({"case": "leak"}, {"cause": "batch_norm_leakage"}, "zoo/l:9"),
        ExpectationInfo({"case": "sound"}, {"verdict": "healthy"}, "zoo/s:9"),
    ]
    return world.report()


def test_report_has_the_matrix_first_and_as_a_picture(zoo):
    content = zoo.content()
    assert [(r["right"], r["of"]) for r in content["confusion"]["rows"]] == [
        (2, 3), (2, 3),
    ]  # fmt: skip
    cases = content["confusion"]["cases"]
    assert [[t["found"] for t in case["trials"]] for case in cases] == [
        ["batch_norm_leakage", "batch_norm_leakage", "no result"],
        ["healthy", "healthy", "batch_norm_leakage"],
    ]
    page = zoo.read_bytes("report.html").decode()
    assert page == render_html(content)
    assert page.index("4 of 6 trials diagnosed right") < page.index('id="headline"')
    assert page.count("<h1") == 1
    assert 'title="Healthy found to be Batch-norm leakage: 1"' in page
    summary = zoo.read_bytes("report.md").decode()
    assert summary.startswith("## 4 of 6 trials diagnosed right\n")
    assert "| batch\\_norm\\_leakage | 2 of 3 | 21 to 94 % | no result 1 |" in summary


def test_picture_is_a_function_of_the_data_and_asks_for_nothing(zoo):
    picture = zoo.read_bytes("confusion.svg").decode()
    assert picture == render_svg(json.loads(zoo.read_bytes("report.json")))
    assert picture.count("http") == 1
    root = ET.fromstring(picture)
    texts = [text.text for text in root.iter(f"{SVG}text")]
    # Columns that nothing was found in are left out: nothing is undetermined.
    assert "Undetermined" not in texts and "No result" in texts
    outlined = [r for r in root.iter(f"{SVG}rect") if r.get("stroke-width") == "1.5"]
    assert len(outlined) == 2
    width, height = float(root.get("width")), float(root.get("height"))
    background = next(root.iter(f"{SVG}rect"))
    assert float(background.get("width")) == width - 1
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert min(x, y) >= 0 and x + w <= width and y + h <= height


def test_run_without_cases_is_as_it_was(synthetic, tmp_path):
    made = synthetic.points(tmp_path).report()
    assert "confusion" not in made.content()
    assert not made.exists("confusion.svg")
    page = made.read_bytes("report.html").decode()
    assert 'class="confusion"' not in page and '<h1 id="headline">' in page
    with pytest.raises(ValueError, match="Expected one with `confusion`"):
        render_svg(made.content())


def test_settings_of_a_case_stand_under_its_name(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    axis = "train.discriminator.samples"
    for point in ({"case": "leak", axis: 1}, {"case": "leak", axis: 2},
                  {"case": "sound"}):  # fmt: skip
        world.add({**point, "seed": 0}, shape=(2,), like=0 if world.trials else None)
    content = world.report().content()
    rows = view.matrix(content)["rows"]
    assert [(row["case"], row["name"]) for row in rows] == [
        ("leak", "samples 1"), ("leak", "samples 2"), (None, "sound"),
    ]  # fmt: skip
    page = render_html(content)
    assert page.count('<th scope="rowgroup" colspan="3">leak</th>') == 1
    assert "| leak: samples 1 |" in render_markdown(content)


def test_hostile_names_stay_text(synthetic, tmp_path):
    world = synthetic.World(tmp_path, name=HOSTILE)
    wrong = synthetic.diagnosed(np.random.default_rng(0), True)
    wrong["causes"][0]["id"] = HOSTILE
    wrong["causes"][0]["onset_step"] = 3
    world.cases[HOSTILE] = CaseInfo(HOSTILE, {})
    world.add({"case": HOSTILE, "seed": 0}, diagnosis=wrong, shape=(2,))
    world.add({"case": HOSTILE, "seed": 1}, shape=(2,))
    claims = {"cause": HOSTILE}
    world.expectations = [ExpectationInfo({"case": HOSTILE}, claims, HOSTILE)]
    made = world.report()
    content = made.content()
    assert content["confusion"]["lead"][HOSTILE]["median"] == 1097
    page = made.read_bytes("report.html").decode()
    assert page.count("<script>") == 1
    assert "alert(&#39;x&#39;)" in page
    summary = "".join(made.read_bytes("report.md").decode().split("\n\n**")[0])
    assert "<script>" not in summary.replace("\\<", "")
    picture = ET.fromstring(made.read_bytes("confusion.svg").decode())
    assert {node.tag.removeprefix(SVG) for node in picture.iter()} == {
        "svg", "title", "rect", "text", "g",
    }  # fmt: skip
    assert any(HOSTILE[:30] in (text.text or "") for text in picture.iter(f"{SVG}text"))


def test_command_ends_with_the_matrix(zoo, capsys):
    from pipelines.command.verdict import make_console, print_verdicts

    print_verdicts(make_console(), zoo.content())
    printed = capsys.readouterr().out
    tail = printed.split("Confusion matrix\n")[1].splitlines()
    assert tail == [
        "  expected             right  else found",
        "  batch_norm_leakage  2 of 3  no result 1",
        "  healthy             2 of 3  batch_norm_leakage 1",
        "  4 of 6 trials diagnosed right: 2 of 3 causes and 2 of 3 healthy runs "
        "(95 % interval of all: 30 to 90 %); 0 left undetermined and 2 wrong, "
        "1 of 3 healthy runs called failed (6 to 79 %).",
    ]
    content = {k: v for k, v in zoo.content().items() if k != "confusion"}
    print_verdicts(make_console(), content)
    without = capsys.readouterr().out
    assert printed.startswith(without) and "Confusion" not in without
