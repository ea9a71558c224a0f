"""What the page draws of one trial, as compact JSON: curves, pictures, points."""

import base64
import io
import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from components.artifacts import Metrics, Telemetry
from components.derived import DERIVED, derived
from components.report.params import ReportParams
from components.report.projection import moments, players_path

Array = np.ndarray[Any, Any]

PICTURES = 1_000_000
"""Bytes of all the page's pictures together, before base64."""
POINTS = 200
LONGEST_SIDE = 64
"""Pixels: larger samples are thinned to this."""


def draw(
    metrics: Metrics | None, telemetry: Telemetry, params: ReportParams, trials: int
) -> dict[str, Any]:
    """The figures of one trial.

    Returns:
        `series`: name -> {steps, values}, at most `curve_points` readings each;
        `frames`: [{step, picture or points}] over training;
        `real`, `generated`: a picture, or points, of the end, or None;
        `real_2d`, `generated_2d`: points [[x, y], …] or None;
        `moments_2d`: {real, generated}, each {mean, covariance} of all points of
        records of two numbers, or None;
        `path`: both players' positions in a plane (`projection.players_path`);
        `batch_size`: records in a batch of training, None if it is not told.
    """
    arrays = {} if metrics is None else metrics.plots()
    parameters = telemetry.info().get("parameters") or {}
    budget = PICTURES // max(1, trials) // (params.frames + 2)
    return {
        "series": {
            name: thinned(steps, values, params.curve_points)
            for name, steps, values in _readings(telemetry, parameters)
        },
        "frames": _frames(telemetry, params, budget),
        "real": samples(arrays.get("real_samples"), params.samples, budget),
        "generated": samples(arrays.get("samples"), params.samples, budget),
        "real_2d": points(arrays.get("real_2d")),
        "generated_2d": points(arrays.get("generated_2d")),
        "moments_2d": _moments(arrays),
        "path": players_path(telemetry.series(), params.curve_points),
        "batch_size": parameters.get("batch_size"),
    }


def _moments(arrays: dict[str, Array]) -> dict[str, Any] | None:
    """Both sides' first two moments, where the records are points in the plane."""
    shown = arrays.get("real_samples")
    if shown is None or shown.ndim != 2 or shown.shape[1] != 2:
        return None
    both = {side: moments(arrays.get(f"{side}_2d")) for side in ("real", "generated")}
    return both if all(both.values()) else None


def _readings(
    telemetry: Telemetry, parameters: Mapping[str, Any]
) -> list[tuple[str, Array, Array]]:
    """Every series where it was read, those made up of others as well."""
    table = telemetry.series()
    steps = table.pop("step")
    made = {name: derived(name, table, parameters) for name in DERIVED}
    table |= {name: column for name, column in made.items() if column is not None}
    kept = []
    for name in sorted(table):
        values = np.asarray(table[name], np.float64)
        read = np.isfinite(values)
        if read.any():
            kept.append((name, steps[read], values[read]))
    return kept


def thinned(steps: Array, values: Array, most: int) -> dict[str, list[float]]:
    """At most `most` points: the least and the greatest of each of most/2 spans."""
    if len(steps) > most:
        edges = np.linspace(0, len(steps), most // 2 + 1).astype(int)
        kept: list[int] = []
        for start, stop in pairwise(edges):
            part = values[start:stop]
            kept += {start + int(part.argmin()), start + int(part.argmax())}
        chosen = np.array(sorted(kept))
        steps, values = steps[chosen], values[chosen]
    return {
        "steps": [int(step) for step in steps],
        "values": [rounded(value) for value in values],
    }


def rounded(value: float) -> float:
    """Four significant digits: more cannot be seen."""
    return float(f"{float(value):.4g}")


def _frames(
    telemetry: Telemetry, params: ReportParams, budget: int
) -> list[dict[str, Any]]:
    shots = telemetry.snapshots()
    steps, arrays = shots["steps"], shots["samples"]
    if not len(steps):
        return []
    count = min(len(steps), params.frames)
    kept = sorted(set(np.linspace(0, len(steps) - 1, count).round().astype(int)))
    frames = []
    for index in kept:
        shown = samples(arrays[index], params.samples, budget)
        if shown is not None:
            frames.append({"step": int(steps[index]), **shown})
    return frames


def samples(array: Array | None, most: int, budget: int) -> dict[str, Any] | None:
    """Samples (m, *shape) as `{"picture": …}` or `{"points": …}`, else None."""
    if array is None or not len(array):
        return None
    if array.ndim == 2 and array.shape[1] == 2:
        return {"points": points(array)}
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim == 4 and array.shape[3] in (1, 3):
        return {"picture": picture(array, most, budget)}
    return None


def points(array: Array | None) -> list[list[float]] | None:
    """At most POINTS rows of (m, 2), rounded; rows that are not finite are left out."""
    if array is None or array.ndim != 2 or array.shape[1] != 2:
        return None
    rows = np.asarray(array, np.float64)
    rows = rows[np.isfinite(rows).all(axis=1)][:POINTS]
    return [[rounded(x), rounded(y)] for x, y in rows]


def picture(array: Array, most: int, budget: int) -> dict[str, Any]:
    """Images (m, h, w, 1 or 3) in [-1, 1] as one PNG of a square grid of tiles.

    Fewer tiles, in the end one, where the PNG would take more than `budget` bytes.

    Returns:
        {png: base64, size: [height, width], columns, tile: [height, width]}; black is
        also what is not finite.
    """
    side = math.isqrt(min(most, len(array)))
    stride = max(1, math.ceil(max(array.shape[1:3]) / LONGEST_SIDE))
    tiles = np.nan_to_num(array[:, ::stride, ::stride], nan=-1.0, posinf=1.0)
    bytes_ = np.clip((tiles + 1) * 127.5, 0, 255).round().astype(np.uint8)
    while True:
        encoded = _png(bytes_[: side * side], side)
        if len(encoded) <= budget or side == 1:
            break
        side -= 1
    return {
        "png": base64.b64encode(encoded).decode(),
        "columns": side,
        "size": [side * (n + _gap(bytes_)) - _gap(bytes_) for n in bytes_.shape[1:3]],
        "tile": [int(bytes_.shape[1]), int(bytes_.shape[2])],
    }


def grid(tiles: Array, columns: int, gap: int = 0) -> Array:
    """(c², h, w, d) -> (c·h, c·w, d), with `gap` rows and columns of 0 between."""
    edge = ((0, 0), (0, gap), (0, gap), (0, 0))
    padded = np.pad(tiles, edge)
    _, height, width, depth = padded.shape
    rows = padded.reshape(columns, columns, height, width, depth).swapaxes(1, 2)
    whole = rows.reshape(columns * height, columns * width, depth)
    return whole[: len(whole) - gap, : whole.shape[1] - gap]


def _gap(tiles: Array) -> int:
    return max(1, round(int(min(tiles.shape[1:3])) / 10))


def _png(tiles: Array, side: int) -> bytes:
    """The tiles as a grid on a palette whose colour 0, between them, is clear."""
    from PIL import Image

    gap = _gap(tiles)
    if tiles.shape[3] == 1:
        colours = [level for level in range(255) for _ in range(3)]
        indices = np.minimum(tiles, 254)
    else:
        strip = Image.fromarray(tiles.reshape(-1, tiles.shape[2], 3)).quantize(96)
        colours = strip.getpalette() or []
        indices = np.asarray(strip).reshape(*tiles.shape[:3], 1)
    picture = Image.fromarray(grid(indices + np.uint8(1), side, gap)[..., 0], "P")
    picture.putpalette([0, 0, 0, *colours])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True, transparency=0)
    return buffer.getvalue()
