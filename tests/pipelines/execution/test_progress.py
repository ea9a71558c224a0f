"""Progress: what a worker writes, and what a person sees of it."""

import io
import os
import pty
import re

import pytest

from components.directory import Directory
from pipelines.execution.progress import ENDED, Display, Item, Writer


@pytest.fixture
def work(tmp_path):
    return Directory(str(tmp_path))


def test_progress_reaches_the_driver(work):
    writer, item = Writer(work), Item("train[seed=0]", work)
    item.poll()
    assert not item.begun
    writer.begin()
    item.poll()
    assert item.begun and item.line() == "train[seed=0]: at work"
    writer(500, 2000, {"D loss": 0.125})
    item.poll()
    assert "step 500 of 2,000" in item.line() and "D loss 0.125" in item.line()


def test_writes_are_throttled_but_the_last_is_not(work):
    writer, item = Writer(work), Item("", work)
    for step in range(1, 101):
        writer(step, 101, {})
    item.poll()
    assert item.step < 100
    writer(101, 101, {})
    item.poll()
    assert item.step == 101


def test_a_component_may_state_its_own_speed(work):
    item = Item("", work, 5, 10, 100.0, {"steps/s": 90.0})
    assert item.figures() == "steps/s 90"
    assert Item("", work, 5, 10, 100.0, {}).figures() == "100 steps/s"


def test_plain_lines_where_there_is_no_terminal(work):
    out = io.StringIO()
    with Display(out, drawn=False) as display:
        display.add("key", "train", work)
        display.remove("key", "train: done")
        display.remove("key", "train: done")
    assert out.getvalue() == "train: done\n"


def test_a_node_that_ended_is_told_before_its_stage_is_over(work, wait_until):
    out = io.StringIO()
    work.write_json(ENDED, "failed: ValueError: no")
    with Display(out, drawn=False) as display:
        display.add("key", "train", work)
        wait_until(lambda: out.getvalue() == "train: failed: ValueError: no\n")
        display.remove("key", "again")
    assert "again" not in out.getvalue()


@pytest.fixture
def wait_until():
    import time

    def wait(found, seconds=20.0):
        until = time.monotonic() + seconds
        while not found():
            assert time.monotonic() < until
            time.sleep(0.05)

    return wait


def test_bars_on_a_terminal(toy):
    driver, terminal = pty.openpty()
    import subprocess

    command = toy.command("run", "spec.yaml", "--to", "work", "--set", "work.seconds=3")
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        command, cwd=toy.folder, env=environment,
        stdin=terminal, stdout=terminal, stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    while True:
        try:
            shown += os.read(driver, 65536)
        except OSError:
            break
    assert process.wait(30) == 0
    text = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", shown).decode()
    assert re.search(r"work\[seed=0\] .*/20 ", text), text
    assert "steps/s" in text and "loss" in text
    assert "noise" not in text
