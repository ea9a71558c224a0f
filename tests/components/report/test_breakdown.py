"""Tiers, classes and contradictions, in the report's words."""

import json

import pytest

from components.report import breakdown
from components.report.html import render_html
from components.report.markdown import render_markdown


def figure(value, null=0.95, n=20):
    ci = None if value is None else [value, value]
    band = [null - 0.05, null + 0.05]
    return {"value": value, "null": null, "null_interval": band, "ci": ci, "n": n}


def told(metric, value, null):
    numbers = {"value": value, "null": null, "null_interval": None, "deviation": 0}
    return {"metric": metric, **numbers}


TRIAL = {
    "tiers": [
        {"index": i, "threshold": 1.0, "records": 20, "coverage": figure(value)}
        for i, value in enumerate((0.94, 0.6, 0.02))
    ],
    "classes": [
        {
            "index": 3,
            "name": "three",
            "real_share": 0.5,
            "share": 0.125,
            "captured": True,
            "coverage": figure(0.4),
            "spread": figure(None),
        }
    ],
    "modes": None,
    "contradictions": {
        "pairs": [
            {
                "as_data": told(calm, 0.012, 0.01),
                "not_as_data": told(loud, 0.5, 0.97),
                "blind_to": "all but moments",
            }
            for calm in ("frechet_distance", "precision")
            for loud in ("recall", "tail_coverage")
        ]
    },
}


def test_tiers_go_from_core_to_outliers():
    bars = breakdown.tiers(TRIAL)
    assert [bar["name"] for bar in bars] == ["core", "tier 2", "outliers"]
    assert [bar["below"] for bar in bars] == [False, True, True]
    assert [bar["height"] for bar in bars] == [94, 60, 2]
    assert {bar["null_height"] for bar in bars} == {95}


@pytest.mark.parametrize(
    "rows", [None, [], TRIAL["tiers"][:1], [{"index": 0}, {"index": 1}]]
)
def test_without_tiers_nothing_is_drawn(rows):
    assert breakdown.tiers({"tiers": rows}) == []


def test_tables_have_what_was_measured():
    tiers, classes = breakdown.tables(TRIAL)
    assert (tiers["title"], tiers["columns"], tiers["share"]) == (
        "tier",
        ["coverage"],
        False,
    )
    assert classes["columns"] == ["coverage"]  # no class has a spread
    (row,) = classes["rows"]
    assert (row["name"], row["shares"]) == ("three", ["12.5%", "50.0%"])
    assert row["cells"][0]["out"]
    assert breakdown.tables({"tiers": None, "classes": [], "modes": [{}]}) == []


def test_a_fooled_metric_is_named_once_with_all_that_contradict_it():
    frechet, precision = breakdown.contradictions(TRIAL)
    assert frechet["metric"] == "Fréchet distance"
    assert frechet["says"] == "0.012, as for real data (0.01)"
    assert frechet["but"] == (
        "Not so Recall: 0.5 (0.97) and Coverage of the outermost tier: 0.5 (0.97)"
    )
    assert precision["blind_to"] == "all but moments"
    for nothing in ({}, {"contradictions": None}, {"contradictions": {"pairs": []}}):
        assert breakdown.contradictions(nothing) == []


def test_page_and_summary_show_them(tmp_path, synthetic):
    report = synthetic.quickstart(tmp_path).report()
    content = json.loads(report.read_bytes("report.json"))
    page, summary = render_html(content), render_markdown(content)
    for text in (page, summary):
        assert "Metrics that contradict one another" in text
        assert "everything beyond means and covariances" in text
        assert "outliers" in text
    assert page.count("Coverage by tier") >= 2  # of a failing trial and a healthy one
    assert "Metrics by class" in page
    # The failing trial's outliers beside the healthy one's: made up 0.6 lower.
    rows = [line for line in summary.splitlines() if "(0.95)" in line]
    assert [row.split("|")[-2].strip() for row in rows] == ["0.3 (0.95)", "0.9 (0.95)"]
