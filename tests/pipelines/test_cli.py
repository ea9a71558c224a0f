"""The command as a person meets it: exit codes, messages, and what it imports."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "apache_beam",
    "fsspec",
    "grpc",
    "keras",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "tensorflow",
)


def heavy_imports(toy, *arguments):
    """Which heavy libraries a successful command has loaded when it ends."""
    code = (
        "import sys\n"
        "from pipelines.cli import main\n"
        f"sys.argv = ['ganopsy', *{arguments!r}]\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=toy.folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return result.stdout.rpartition("LOADED")[2].split()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "spec.yaml"],
        ["plan", "spec.yaml"],
        ["components"],
        ["components", "train"],
        ["schema"],
    ],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(toy, arguments):
    assert heavy_imports(toy, *arguments) == []


def test_check_counts(toy):
    result = toy.ganopsy("check", "spec.yaml")
    assert result.returncode == 0
    assert result.stdout == ("spec.yaml: good. 3 stages, 2 trials, 1 expectation.\n")


def test_a_bad_spec_ends_with_2_and_exactly_the_errors(toy):
    toy.spec.write_text(toy.spec.read_text().replace("steps", "stepz"))
    result = toy.ganopsy("run", "spec.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    from pipelines.spec import SpecErrors, load_spec

    with pytest.raises(SpecErrors) as caught:
        load_spec(str(toy.spec))
    expected = str(caught.value).replace(f"{toy.folder}/", "")
    assert result.stderr.strip() == expected.strip()
    assert not toy.store.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "missing.yaml"],
        ["run", "spec.yaml", "--set", "work.steps=many"],
        ["run", "spec.yaml", "--runner", "dask"],
        ["run", "spec.yaml", "--runner", "portable", "--store", "memory://x"],
        ["run", "spec.yaml", "--only", "nothing"],
        ["run", "spec.yaml", "--only", "gather"],
        ["plan", "spec.yaml", "--from", "gather"],
        ["components", "nothing"],
        ["open", "nothing"],
        ["dance"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_no_traceback(toy, arguments):
    result = toy.ganopsy(*arguments)
    assert result.returncode == 2, result.stderr
    assert result.stderr and "Traceback" not in result.stderr


def test_an_internal_error_is_one_line_and_a_file(toy, monkeypatch, capsys):
    import typer

    from pipelines import cli

    def broken():
        raise ZeroDivisionError("broken")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "internal error: ZeroDivisionError: broken" in line
    path = Path(line.rpartition("traceback in ")[2].rstrip(")"))
    assert "in broken" in path.read_text()
    path.unlink()
    assert typer


def test_a_run_from_first_to_last_line(toy):
    result = toy.run()
    assert result.returncode == 0, result.stderr
    assert result.stderr == "", "noise belongs in the log"
    assert "noise" not in result.stdout
    assert "seed=0  healthy" in result.stdout
    assert "--set work.steps=21   (spec.yaml:9)" in result.stdout
    assert "Expectations 1 of 1 met" in result.stdout
    (folder,) = (toy.store / "runs").iterdir()
    assert f"Report: store/runs/{folder.name}/report.html" in result.stdout
    names = {path.name for path in folder.iterdir()}
    assert names == {"run.json", "log.txt", "report.html", "report.json", "report.md"}
    log = (folder / "log.txt").read_text()
    assert "noise on stdout" in log and "noise on stderr" in log

    again = toy.run()
    assert "0 made, 4 cached" in again.stdout
    planned = toy.ganopsy("plan", "spec.yaml").stdout
    assert planned.count("cached") == 5

    listed = toy.ganopsy("runs", "--store", "store").stdout
    assert listed.count("done") == 2
    ids = [line.split()[0] for line in listed.splitlines()[1:]]
    same = toy.ganopsy("compare", *ids, "--store", "store")
    assert same.returncode == 0 and "No difference" in same.stdout, same.stderr
    opened = toy.ganopsy("open", "--store", "store").stdout
    assert opened.strip().endswith(f"runs/{ids[0]}/report.html")
    checked = toy.ganopsy("verify", "--store", "store")
    assert (checked.returncode, "0 damaged" in checked.stdout) == (0, True)
    assert "items removed" in toy.ganopsy("gc", "--store", "store").stdout


def test_a_cached_run_loads_neither_beam_nor_tensorflow(toy):
    assert toy.run().returncode == 0
    # The report is read through fsspec, which is light.
    assert set(heavy_imports(toy, "run", "spec.yaml")) <= {"fsspec"}
    same = ("compare", "last", "last", "--store", "store")
    assert set(heavy_imports(toy, *same)) <= {"fsspec"}


def test_unmet_expectations_end_with_1(toy):
    toy.spec.write_text(
        toy.spec.read_text().replace("verdict: healthy", "cause: data_fault")
    )
    result = toy.run()
    assert result.returncode == 1
    assert "Expectations 0 of 1 met" in result.stdout
    assert "unmet" in result.stdout


def test_a_failed_run_says_why_and_how_to_resume(toy):
    result = toy.ganopsy(
        "run", "spec.yaml", "--set", "work.fault=raise", "--set", "work.at=1"
    )
    assert result.returncode == 3
    assert (
        "Stage `work` (spec.yaml:7), component `toy_components:work`" in result.stdout
    )
    assert "trial seed=1: ValueError: seed 1 went wrong" in result.stdout
    command = "ganopsy run spec.yaml --set work.fault=raise --set work.at=1"
    assert result.stdout.rstrip().endswith(command)
    (folder,) = (toy.store / "runs").iterdir()
    assert "Traceback" in (folder / "log.txt").read_text()
    assert json.loads((folder / "run.json").read_text())["status"] == "failed"


def test_the_schema_is_json(toy):
    assert "definitions" in json.loads(toy.ganopsy("schema").stdout)


def test_every_component_is_shown(toy):
    shown = toy.ganopsy("components", "toy_components:work").stdout
    for text in ("inputs:  metrics: Metrics", "outputs: diagnosis: Diagnosis", "steps"):
        assert text in shown
    assert "train" in toy.ganopsy("components").stdout


def test_the_version(toy):
    assert toy.ganopsy("--version").stdout.startswith("ganopsy ")


def test_a_printed_prescription_is_read_back_by_set():
    """What the end of a run prints survives a shell and the reader of `--set`."""
    import shlex

    from pipelines.command.verdict import _changes
    from pipelines.spec.nodes import plain
    from pipelines.spec.overrides import read_override
    from pipelines.spec.reader import Sources

    value = {"kind": "wasserstein", "weights": [1, 0.5], "note": "it's: no", "on": True}
    prescription = {"set": {"train.objective": value}, "where": ""}
    trial = {"causes": [{"id": "vanishing_gradient", "prescription": prescription}]}
    (line,) = _changes([trial])
    words = shlex.split(line)
    assert words[:2] == ["vanishing_gradient:", "--set"]
    assert len(words) == 3
    override = read_override(words[2], 1, Sources())
    assert override.address == "train.objective"
    assert plain(override.value) == value
    (line,) = _changes([trial | {"verdict": "undetermined"}])
    assert line.startswith("vanishing_gradient (not determined): --set ")
