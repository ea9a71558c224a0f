"""`report`: what failed, why, and what to change, as one page and as data."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from components.artifacts import (
    Artifact,
    Diagnosis,
    Measurements,
    Metrics,
    Report,
    Telemetry,
)
from components.component import Context, Unless, component
from components.report.params import ReportParams
from components.run import RunInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.report.content import Evidence

LIMIT = 2_000_000


def fingerprint(params: ReportParams) -> str:
    """The digest of the pages on mechanisms, which are no source and yet are shown."""
    import hashlib

    from components.mechanisms import page
    from components.vocabulary import CAUSES

    return hashlib.sha256(
        "".join(page(name) or "" for name in CAUSES).encode()
    ).hexdigest()


@component(placement="worker", fingerprint=fingerprint)
def report(
    diagnoses: Annotated[list[Diagnosis] | None, Unless("measurements")],
    metrics: Annotated[list[Metrics] | None, Unless("measurements")],
    telemetries: list[Telemetry],
    measurements: list[Measurements] | None,
    params: ReportParams,
    *,
    run: RunInfo,
    context: Context,
) -> Report:
    """Write `report.json`, and `report.html` and `report.md` made from it alone.

    Where failures are known beforehand, as in a spec with cases, it has `confusion`,
    and a picture of that is `confusion.svg`.

    The gathered lists hold one artifact per trial that has not failed, in the order
    of `run.surviving()`. A spec whose games are measured needs no diagnosis of them.
    The page is at most 2 MB: where it would be larger, first fewer probes and then
    fewer trials are drawn, and the report says what was left out.

    Raises:
        ValueError: if a list does not hold one artifact per surviving trial.
    """
    from components.report.confusion_svg import render_svg
    from components.report.content import build
    from components.report.html import render_html
    from components.report.markdown import render_markdown

    gathered = {
        "diagnoses": diagnoses,
        "metrics": metrics,
        "telemetries": telemetries,
        "measurements": measurements,
    }
    evidence = _evidence(run, gathered)
    for drawn, every_probe in _lighter(params.trials_with_figures):
        content: dict[str, Any] = build(run, evidence, params, drawn, every_probe)
        page = render_html(content).encode()
        context.progress(1, 1, kilobytes=len(page) // 1000)
        if len(page) <= LIMIT:
            break
    artifact: Report = context.create(Report)
    artifact.write_bytes("report.json", json.dumps(content).encode() + b"\n")
    artifact.write_bytes("report.html", page)
    artifact.write_bytes("report.md", render_markdown(content).encode())
    if "confusion" in content:
        artifact.write_bytes("confusion.svg", render_svg(content).encode())
    return artifact


def _evidence(
    run: RunInfo, gathered: "Mapping[str, Sequence[Artifact] | None]"
) -> "dict[str, Evidence]":
    """By trial id: what was gathered of it, in the order of `Evidence`'s fields."""
    from components.report.content import Evidence

    surviving = run.surviving()
    for name, artifacts in gathered.items():
        if artifacts is not None and len(artifacts) != len(surviving):
            raise ValueError(
                f"Invalid value for `{name}`. Expected one artifact for each of the "
                f"{len(surviving)} trials that have not failed. "
                f"Received: {len(artifacts)}"
            )
    columns = [
        [None] * len(surviving) if artifacts is None else artifacts
        for artifacts in gathered.values()
    ]
    rows = zip(surviving, *columns, strict=True)
    return {trial.id: Evidence(*found) for trial, *found in rows}


def _lighter(most: int) -> "Iterator[tuple[int, bool]]":
    """How many trials to draw, and whether with every probe: less and less."""
    yield most, True
    while most:
        yield most, False
        most //= 2
    yield 0, False
