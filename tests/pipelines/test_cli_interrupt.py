"""Ctrl-C ends a run at once, leaves no process behind, and the run resumes."""

import json
import signal
import time

import psutil
import pytest

LIMIT = 5.0
"""Seconds that an interrupted run may take to end, as promised."""


def wait_for(found, process, seconds=60.0):
    until = time.monotonic() + seconds
    while not found():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, "the run did not get as far"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("workers", "number"), [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGTERM)]
)
def test_interrupt_and_resume(toy, workers, number):
    arguments = [
        "run", "spec.yaml", "--to", "work", "--set", f"runner.workers={workers}",
        "--set", "work.seconds=30", "--set", "work.steps=300",
    ]  # fmt: skip
    process = toy.start(*arguments)
    steps = "work/*/scratch/step.json"
    wait_for(lambda: any(toy.store.glob(steps)), process)
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) >= (workers if workers > 1 else 0)

    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    took = time.monotonic() - began

    assert process.returncode == 130, err
    assert took < LIMIT
    _, alive = psutil.wait_procs(children, timeout=2)
    assert not alive, alive
    assert f"Resume with: ganopsy {' '.join(arguments)}" in out
    (folder,) = (toy.store / "runs").iterdir()
    assert json.loads((folder / "run.json").read_text())["status"] == "interrupted"

    done = max(json.loads(path.read_text()) for path in toy.store.glob(steps))
    assert done > 0
    again = toy.start(*arguments)
    begun = time.time()
    wait_for(
        lambda: any(
            json.loads(path.read_text()) > done
            for path in toy.store.glob(steps)
            if path.stat().st_mtime > begun
        ),
        again,
    )
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=30)


def test_an_interrupt_in_native_code(toy):
    """A compiled training step keeps the interpreter's main thread for seconds."""
    source = toy.folder / "toy_components.py"
    text = source.read_text().replace(
        'print("noise on stdout")',
        'import ctypes; open("native", "w"); ctypes.CDLL(None).sleep(40)',
    )
    source.write_text(text)
    process = toy.start("run", "spec.yaml", "--to", "work")
    wait_for((toy.folder / "native").exists, process)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < LIMIT
