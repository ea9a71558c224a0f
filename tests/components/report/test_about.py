"""Pages on mechanisms inside the report: those that occur, linked, without scripts."""

import re

import numpy as np

from components import mechanisms
from components.report import about
from components.report.html import render_html
from components.report.params import ReportParams
from components.report.stage import fingerprint


def content(synthetic, folder, risk=None):
    world = synthetic.World(folder)
    diagnosis = synthetic.diagnosed(np.random.default_rng(0), True)
    if risk:
        diagnosis["risks"] = [{**diagnosis["causes"][0], "id": risk}]
    world.add({"seed": 0}, failing=True, diagnosis=diagnosis)
    return world.report().content()


def test_causes_and_risks_link_to_their_pages_and_no_other_page_is_there(
    synthetic, tmp_path
):
    page = render_html(content(synthetic, tmp_path, risk="gradient_noise"))
    expected = ["batch_norm_leakage", "gradient_noise"]
    assert sorted(re.findall(r'<details id="about-(\w+)">', page)) == expected
    assert sorted(set(re.findall(r'href="#what-(\w+)"', page))) == expected
    for name in expected:
        # A browser opens what is folded around the target of a link.
        folded = page.split(f'<details id="about-{name}">')[1].split("</details>")[0]
        assert f'id="what-{name}"' in folded
        assert "<h3>Cure</h3>" in folded


def test_rivals_that_were_not_found_link_to_their_pages(synthetic, tmp_path):
    made = content(synthetic, tmp_path)
    made["trials"][0]["causes"][0]["rivals"] = ["gradient_noise", "of_a_user"]
    page = render_html(made)
    rivals = page.split("Rival causes")[1].split("</ul>")[0]
    assert 'href="#what-gradient_noise"' in rivals and "Of a user" in rivals
    assert '<details id="about-gradient_noise">' in page
    assert "#what-of_a_user" not in page


def test_a_healthy_run_has_no_pages_and_an_unknown_cause_no_link(synthetic, tmp_path):
    world = synthetic.World(tmp_path)
    world.add({"seed": 0})
    assert "About the mechanisms" not in render_html(world.report().content())
    strange = {"causes": [{"id": "of_a_user"}], "risks": []}
    assert about.named([strange]) == []


def test_markup_in_a_page_stays_text(monkeypatch):
    about.rendered.cache_clear()
    text = "# T\n\n## What\n\n<script>alert(1)</script> & `x < y`\n"
    monkeypatch.setattr(about.mechanisms, "page", lambda cause: text)
    shown = about.rendered("x")
    about.rendered.cache_clear()
    assert "<script>" not in shown
    assert "<h3>What</h3>" in shown
    assert "x &lt; y" in shown
    assert "<h1>" not in shown and "T<" not in shown


def test_the_key_of_the_stage_follows_the_pages(monkeypatch):
    before = fingerprint(ReportParams())
    assert fingerprint(ReportParams()) == before
    monkeypatch.setattr(mechanisms, "page", lambda cause: f"other {cause}")
    assert fingerprint(ReportParams()) != before
