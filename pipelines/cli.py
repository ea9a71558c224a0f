"""The `ganopsy` command.

Exit codes: 0 done and expectations met, 1 expectations unmet, 2 bad spec or usage,
3 a stage failed, 130 interrupted. Nothing heavy is imported here: `check`, `plan` and a
run whose every node is cached need neither TensorFlow nor Beam.
"""

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipelines.command.failure import FAILED, explain
from pipelines.execution.interrupt import INTERRUPTED

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.plan import Selection
    from pipelines.spec import Spec
    from pipelines.store import Store

app = typer.Typer(
    name="ganopsy",
    help="Autopsies on GANs: a measured cause, the line of the spec to change.",
    epilog="Exit codes: 0 done and expectations met, 1 expectations unmet, "
    "2 bad spec or usage, 3 a stage failed, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SpecPath = Annotated[str, typer.Argument(metavar="SPEC", help="The spec, a YAML file.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="ADDRESS=VALUE",
        help="Change a value: a stage's parameter (train.steps=100), seed, store or "
        "runner.… May be given several times.",
    ),
]
RunnerOption = Annotated[
    str | None,
    typer.Option("--runner", help="Run on local, portable, flink, spark or dataflow."),
]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="The store: a path or URL. Default: the spec's."),
]
StorePlace = Annotated[str, typer.Option("--store", help="The store: a path or URL.")]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="STAGE", help="Run this stage and what follows."),
]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="STAGE", help="Stop after this stage."),
]
OnlyOption = Annotated[
    str | None, typer.Option("--only", metavar="STAGE", help="Run this stage alone.")
]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"ganopsy {version('ganopsy')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version."
        ),
    ] = False,
) -> None:
    """Autopsies on GANs: a measured cause, the line of the spec to change."""


@app.command()
def check(spec: SpecPath, set_: SetOption = None) -> None:
    """Validate a spec, its matrix and cases included; print every error."""
    read = _read(spec, set_)
    cases = f"{_count(len(read.cases), 'case')}, " if read.cases else ""
    typer.echo(
        f"{read.path}: good. {cases}{_count(len(read.stages), 'stage')}, "
        f"{_count(len(read.trials), 'trial')}, "
        f"{_count(len(read.expectations), 'expectation')}."
    )


@app.command()
def plan(
    spec: SpecPath,
    set_: SetOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    only: OnlyOption = None,
    store: StoreOption = None,
) -> None:
    """Show the graph: each node cached or not, and the reason."""
    from pipelines.command.overview import print_plan
    from pipelines.plan import make_plan

    read = _read(spec, set_, store=store)
    print_plan(
        _console(), make_plan(read, _store(read.store), _selection(from_, to, only))
    )


@app.command()
def run(
    spec: SpecPath,
    set_: SetOption = None,
    from_: FromOption = None,
    to: ToOption = None,
    only: OnlyOption = None,
    runner: RunnerOption = None,
    store: StoreOption = None,
) -> None:
    """Run a spec: what is cached is not made again; end with the verdict."""
    from pipelines.command.running import run_spec

    read = _read(spec, set_, runner=runner, store=store)
    raise typer.Exit(
        run_spec(read, _store(read.store), _selection(from_, to, only), sys.argv[1:])
    )


@app.command("runs")
def list_past(store: StorePlace = "runs") -> None:
    """List past runs, the newest first."""
    from pipelines.command.overview import print_runs

    print_runs(_console(), _store(store))


@app.command()
def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A run's id, or its start.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another run's.")],
    store: StorePlace = "runs",
) -> None:
    """Show what differs between two runs, trial by trial, and how sure that is."""
    from pipelines.command.comparison import print_comparison

    print_comparison(_console(), _store(store), a, b)


@app.command("open")
def open_report(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run's id, its start, or `last`.")
    ] = "last",
    store: StorePlace = "runs",
) -> None:
    """Open a run's report in a browser; print its path where there is none."""
    from pipelines.command.overview import report_path, show

    typer.echo(show(report_path(_store(store), run)))


@app.command()
def verify(store: StorePlace = "runs") -> None:
    """Compare everything in a store with its checksums; set aside what is damaged."""
    place = _store(store)
    found = place.verify()
    for corruption in found:
        typer.echo(str(corruption))
    whole = _count(len(place.artifacts()), "artifact")
    typer.echo(f"{place.url}: {whole} checked, {len(found)} damaged.")
    if found:
        typer.echo("The next run of a spec that needs them makes them again.")
        raise typer.Exit(FAILED)


@app.command()
def gc(
    store: StorePlace = "runs",
    keep: Annotated[
        int, typer.Option(min=0, help="Newest runs of each spec that stay whole.")
    ] = 10,
    days: Annotated[
        float, typer.Option(min=0, help="What is younger than this stays.")
    ] = 1.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
) -> None:
    """Remove what no run refers to: artifacts, records, scratch, staging."""
    from pipelines.command.overview import print_collected

    typer.echo(print_collected(_store(store), keep, days, dry_run))


@app.command()
def components(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A component, or `module:function`."),
    ] = None,
) -> None:
    """List the components, or show one: inputs, outputs, parameters."""
    from components.loading import load_component, registered
    from pipelines.command.catalog import print_component, print_components

    if name is None:
        print_components(_console(), registered())
    else:
        print_component(_console(), load_component(name, Path.cwd()))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors."""
    from pipelines.spec import spec_schema

    typer.echo(json.dumps(spec_schema(), indent=2))


def _read(
    path: str,
    overrides: list[str] | None,
    *,
    runner: str | None = None,
    store: str | None = None,
) -> "Spec":
    """Read a spec with what the command line changes."""
    from pipelines.spec import load_spec

    # First, since another kind of runner starts from its own defaults.
    kind = [f"runner.kind={runner}"] if runner else []
    # JSON is YAML: a path with a colon or a blank in it stays one value.
    place = [f"store={json.dumps(store)}"] if store else []
    return load_spec(path, [*kind, *(overrides or []), *place])


def _store(url: str) -> "Store":
    from pipelines.store import Store

    return Store(url)


def _selection(from_: str | None, to: str | None, only: str | None) -> "Selection":
    from pipelines.plan import Selection

    return Selection(from_, to, only)


def _console() -> "Console":
    from pipelines.command.verdict import make_console

    return make_console()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def main() -> NoReturn:
    """Run the command; turn every error into one message and an exit code."""
    logging.lastResort = None
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(explain(error))
    sys.exit(0)


if __name__ == "__main__":
    main()
