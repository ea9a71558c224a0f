"""An interrupted process ends as interrupted, whatever becomes of its children."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import subprocess, sys, time
from pipelines.execution import interrupt

end = interrupt.end_children

def slowly():
    end()
    # The main thread has all the time to see its child die, and to give up.
    time.sleep(1)

interrupt.end_children = slowly
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
with interrupt.ends_at_once(lambda: print("farewell", flush=True)):
    with subprocess.Popen(SLEEP) as child:
        print("begun", flush=True)
        child.wait()
print("the child has died", flush=True)
sys.exit(3)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_child_s_death_is_no_failure_of_an_interrupted_process(number):
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begun\n"
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert said == "farewell\n"
    assert process.returncode == 130
