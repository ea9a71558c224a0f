"""What is said of an error that ends a command, and the exit code that goes with it."""

import tempfile
import traceback

import typer

USAGE, FAILED = 2, 3


def explain(error: Exception) -> int:
    """Print what went wrong; the exit code. What was not foreseen leaves a traceback
    in a file: a person gets one line."""
    # By name: to import what defines them may be what failed.
    names = {kind.__name__ for kind in type(error).__mro__}
    if "SpecErrors" in names:
        typer.echo(str(error), err=True)
        return USAGE
    if names & {"ComponentError", "PlanError", "StoreError"}:
        typer.echo(f"ganopsy: {error}", err=True)
        return USAGE
    typer.echo(
        f"ganopsy: internal error: {type(error).__name__}: {error} "
        f"(traceback in {_write_traceback(error)})",
        err=True,
    )
    return FAILED


def _write_traceback(error: Exception) -> str:
    with tempfile.NamedTemporaryFile(
        "w", prefix="ganopsy-error-", suffix=".txt", delete=False
    ) as file:
        traceback.print_exception(error, file=file)
    return file.name
