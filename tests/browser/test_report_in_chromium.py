"""The report in headless Chromium: silent, self-contained, readable, of its width.

Everything runs with the browser alone: requests are read from its own network log,
console messages from its log, layout through a page that holds the report in a frame.
Where Chromium is missing the tests are skipped, but not in CI.
"""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from components.report.words import title
from components.vocabulary import SYMPTOMS

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --hide-scrollbars"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --disable-default-apps --disable-extensions --mute-audio"
)
PROBE = """<!doctype html><meta charset="utf-8">
<body style="margin:0"><iframe id="f" src="{page}"
 style="border:0;width:{width}px;height:900px"></iframe><pre id="out"></pre>
<script>
onload = () => {{
  const inner = document.getElementById("f").contentDocument;
  const root = inner.documentElement;
  for (const folded of inner.querySelectorAll("details")) folded.open = true;
  const wide = [...inner.querySelectorAll("body *")].filter((e) =>
    e.getBoundingClientRect().right > root.clientWidth + 1 &&
    !e.closest(".scroll, .command, .skip, .said, .cell-text, svg"));
  document.getElementById("out").textContent = JSON.stringify({{
    width: root.clientWidth, scroll: root.scrollWidth,
    wide: wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 120)),
    cut: [...inner.querySelectorAll(".scroll")].filter((e) =>
      e.scrollWidth > e.clientWidth).map((e) => e.ariaLabel),
    headline: inner.getElementById("headline").getBoundingClientRect().bottom,
    fix: inner.querySelector(".fix").getBoundingClientRect().bottom,
  }});
}};
</script>"""
LAYOUT = """<!doctype html><meta charset="utf-8">
<body style="margin:0"><iframe id="f" sandbox="allow-same-origin" src="{page}"
 style="border:0;width:{width}px;height:900px"></iframe><pre id="out"></pre>
<script>
onload = () => {{
  const inner = document.getElementById("f").contentDocument;
  const texts = [];
  const walker = inner.createTreeWalker(inner.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {{
    const parent = walker.currentNode.parentElement;
    const box = parent.getBoundingClientRect();
    const seen = parent.checkVisibility({{opacityProperty: true}});
    if (seen && box.width > 1 && box.height > 1)
      texts.push(walker.currentNode.textContent);
  }}
  const frames = [...inner.querySelectorAll(".slider")].map((slider) => {{
    const shots = [...slider.querySelectorAll(".frames > .shot")];
    const reached = [...slider.querySelectorAll("input")].map((input) => {{
      input.click();
      return shots.findIndex((s) => getComputedStyle(s).display !== "none");
    }});
    return {{shots: shots.length, reached}};
  }});
  document.getElementById("out").textContent = JSON.stringify({{
    text: texts.join(" ").replace(/\\s+/g, " "), frames,
    buttons: inner.querySelectorAll("button").length,
    details: inner.querySelectorAll("details").length,
  }});
}};
</script>"""


@pytest.fixture(scope="session", autouse=True)
def chromium_is_here():
    if CHROMIUM is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing: CI must run the browser tests")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="module", params=["quickstart", "long", "points"])
def page(request, synthetic, tmp_path_factory) -> Path:
    """A report's page on disk."""
    folder = tmp_path_factory.mktemp(request.param)
    world = getattr(synthetic, request.param)(folder)
    path = folder / "report.html"
    path.write_bytes(world.report().read_bytes("report.html"))
    return path


def browse(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    profile = folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    command = [CHROMIUM, *FLAGS.split(), f"--user-data-dir={profile}", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=True
    )


def probe(folder: Path, template: str, page: Path, width: int) -> dict:
    wrapper = folder / "probe.html"
    wrapper.write_text(template.format(page=page.as_uri(), width=width))
    shown = browse(
        folder,
        "--allow-file-access-from-files",
        f"--window-size={max(width, 1280)},1000",
        "--virtual-time-budget=10000",
        "--dump-dom",
        wrapper.as_uri(),
    ).stdout
    found = re.search(r'<pre id="out">(.*?)</pre>', shown, re.DOTALL)
    assert found and found[1], shown[:2000]
    return json.loads(html.unescape(found[1]))


def requested(log: Path) -> set[str]:
    """Every address that a page asked for, in a network log of Chromium.

    What the browser asks for by itself (the page in its tab, the time, updates) has
    no origin that initiated it.
    """
    return {
        event["params"]["url"]
        for event in json.loads(log.read_text())["events"]
        if isinstance(event.get("params"), dict)
        and "url" in event["params"]
        and event["params"].get("initiator", "not an origin") != "not an origin"
    }


def console(stderr: str) -> list[str]:
    return [line for line in stderr.splitlines() if ":CONSOLE" in line]


def test_silent_and_self_contained(page, tmp_path):
    log = tmp_path / "net.json"
    done = browse(
        tmp_path,
        "--enable-logging=stderr",
        "--v=0",
        f"--log-net-log={log}",
        "--virtual-time-budget=5000",
        f"--screenshot={tmp_path / 'shot.png'}",
        page.as_uri(),
    )
    assert console(done.stderr) == []
    assert requested(log) == set()
    assert (tmp_path / "shot.png").stat().st_size > 10_000


def test_requests_and_errors_would_be_seen(tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        "<!doctype html><img src='http://localhost:9/x.png'>"
        "<script>console.error('seen'); setTimeout(() => {}, 200)</script>"
    )
    log = tmp_path / "net.json"
    done = browse(
        tmp_path,
        "--enable-logging=stderr",
        "--v=0",
        f"--log-net-log={log}",
        "--virtual-time-budget=5000",
        f"--screenshot={tmp_path / 'shot.png'}",
        bad.as_uri(),
    )
    assert any("seen" in line for line in console(done.stderr))
    assert "http://localhost:9/x.png" in requested(log)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page(page, tmp_path, width):
    found = probe(tmp_path, PROBE, page, width)
    assert found["width"] == width
    assert found["scroll"] <= width, found["wide"]
    assert found["wide"] == []


def test_a_table_of_few_seeds_is_seen_whole(synthetic, tmp_path):
    """At its widest: every cell names the symptom with the longest title."""
    made = synthetic.quickstart(tmp_path).report().read_bytes("report.html").decode()
    longest = max(map(title, SYMPTOMS), key=len).lower()
    cell = re.compile('(class="cell-text">)[^<]*')
    assert len(cell.findall(made)) == 4
    page = tmp_path / "widest.html"
    page.write_text(cell.sub(lambda found: found[1] + longest, made))
    for width in (390, 1280):
        assert "Variants by seeds" not in probe(tmp_path, PROBE, page, width)["cut"]


@pytest.mark.parametrize("width", [390, 1280])
def test_figures_beside_a_paper_are_seen_whole(synthetic, tmp_path, width):
    made = synthetic.beside(tmp_path).report().read_bytes("report.html")
    page = tmp_path / "beside.html"
    page.write_bytes(made)
    found = probe(tmp_path, PROBE, page, width)
    assert found["scroll"] <= width and found["wide"] == []
    assert "Figures beside a paper's" not in found["cut"]


@pytest.mark.parametrize("width", [390, 1280])
def test_differences_and_means_are_seen_whole(synthetic, tmp_path, width):
    made = synthetic.seeds(tmp_path).report().read_bytes("report.html")
    page = tmp_path / "seeds.html"
    page.write_bytes(made)
    found = probe(tmp_path, PROBE, page, width)
    assert found["scroll"] <= width and found["wide"] == []
    for table in ("Differences: none against batch", "Means over seeds"):
        assert f'aria-label="{table}"' in made.decode()
        assert table not in found["cut"]


def test_verdict_and_change_stand_on_the_first_screen(page, tmp_path):
    found = probe(tmp_path, PROBE, page, 1280)
    assert 0 < found["headline"] < 800
    assert 0 < found["fix"] < 800


def test_readable_without_scripts(page, tmp_path):
    """In a frame that is not allowed to run scripts, as laid out and visible."""
    found = probe(tmp_path, LAYOUT, page, 1280)
    assert found["buttons"] == 0
    for shown in (
        "fails on 2 of 2 seeds",
        "The samples cover less of the data than those of a healthy run.",
        "specs/quickstart.yaml:7",
        "--set train.discriminator.normalization=none",
        "Batch-norm leakage",
        "of the variance of the discriminator's scores",
        "Not run",
    ):
        assert shown in found["text"]
    assert found["frames"]
    for slider in found["frames"]:
        assert slider["reached"] == list(range(slider["shots"]))


def test_page_is_small(page):
    assert page.stat().st_size <= 2_000_000
