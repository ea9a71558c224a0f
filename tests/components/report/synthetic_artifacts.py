"""What the stages before a report would write of one synthetic trial."""

from typing import Any

import numpy as np
import pyarrow as pa
from synthetic_game import BATCH, game_series

from components.artifacts import Metrics, Telemetry

STEPS = 3000


def write_telemetry(
    artifact: Telemetry, rng: np.random.Generator, failing: bool, shape: tuple[int, ...]
) -> None:
    steps = np.arange(0, STEPS + 1, 100)
    time, n = steps / STEPS, len(steps)
    good = 0.9 * (1 - np.exp(-4 * time)) + rng.normal(0, 0.01, n)
    bad = np.where(time < 0.3, good, 0.3 + 0.15 * np.sin(14 * time)) + rng.normal(
        0, 0.02, n
    )
    quality = bad if failing else good
    sparse = np.where(np.arange(n) % 3 == 0, 1.0, np.nan)
    leak = (0.35 * (1 - np.exp(-6 * time)) if failing else 0 * time) + 0.0
    series = {
        "discriminator_loss": -1.2 * np.exp(-3 * time) + rng.normal(0, 0.05, n),
        "generator_loss": rng.normal(0, 0.3 if failing else 0.1, n),
        "score_real_mean": 1 + rng.normal(0, 0.1, n),
        "score_generated_mean": -1 + rng.normal(0, 0.1, n),
        "discriminator_gradient_norm": np.exp(rng.normal(0, 1.5, n)) * 3,
        "generator_gradient_norm": np.exp(rng.normal(-2, 0.4, n)),
        "transmission": np.ones(n),
        "discriminator_auc": 0.5 + 0.4 * np.exp(-2 * time) + rng.normal(0, 0.02, n),
        "batch_coupling": leak * 4,
        "batch_leak": leak,
        "nonfinite_count": np.zeros(n),
        "tier": np.zeros(n),
        "precision": quality * sparse,
        "recall": (quality - 0.03) * sparse,
        "coverage": (quality - 0.05) * sparse,
        "never_read": np.full(n, np.nan),
        **game_series(steps, failing),
    }
    columns = {"step": steps.astype(np.int64), **series}
    artifact.write_table("telemetry.parquet", pa.table(columns))
    drawn = np.stack([samples(rng, 36, shape, i / 11, failing) for i in range(12)])
    at = np.linspace(0, STEPS, 12).astype(np.int64)
    artifact.write_arrays("snapshots.npz", steps=at, samples=drawn)
    about = {name: {"probe": name, "meaning": name, "unit": "1"} for name in series}
    artifact.write_json(
        "telemetry.json",
        {
            "parameters": {"batch_size": BATCH},
            "seed": 0,
            "ended": "completed",
            "steps": STEPS,
            "series": about,
        },
    )


def samples(
    rng: np.random.Generator, count: int, shape: tuple[int, ...], done: float, bad: bool
) -> np.ndarray[Any, Any]:
    if shape == (2,):
        angle = rng.integers(0, 3 if bad else 8, count) * np.pi / 4
        ring = np.stack([np.cos(angle), np.sin(angle)], 1)
        return (
            ring * done + rng.normal(0, 0.05 + 0.4 * (1 - done), (count, 2))
        ).astype("f4")
    if len(shape) != 3:
        return rng.normal(size=(count, *shape)).astype("f4")
    height, width, depth = shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    kinds = rng.integers(0, 2 if bad else 10, count)
    radius = (0.25 + 0.06 * kinds)[:, None, None]
    ring = (
        np.exp(-(((np.hypot(x * (1.3 - 0.05 * radius), y) - radius) / 0.22) ** 2)) * 2
        - 1
    )
    noise = rng.normal(0, 0.9 - 0.8 * done + 0.35 * bad, ring.shape)
    images = np.clip(ring * done + noise, -1, 1)[..., None]
    return np.repeat(images, depth, axis=3).astype("f4")


def write_metrics(
    artifact: Metrics,
    rng: np.random.Generator,
    failing: bool,
    shape: tuple[int, ...],
    content: dict[str, Any] | None,
) -> None:
    level = {"precision": 0.71, "recall": 0.62, "density": 0.6, "coverage": 0.66}
    if not failing:
        level = {"precision": 0.92, "recall": 0.87, "density": 1.02, "coverage": 0.9}
    nulls = {"precision": 0.97, "recall": 0.97, "density": 1.0, "coverage": 0.97}
    metrics = {}
    for name, null in nulls.items():
        value = level[name] + rng.normal(0, 0.02)
        metrics[name] = {
            "value": value,
            "null": null,
            "null_interval": [null - 0.02, null + 0.015],
            "ci": [value - 0.03, value + 0.03],
            "n": 1000,
            "reference_n": 597,
            "better": "higher",
            "reference": "holdout",
            "blind_to": "the shape of what lies inside a neighbourhood",
        }
    metrics["frechet_distance"] = {
        "value": 9.1 if failing else 1.6,
        "null": 0.8,
        "null_interval": [0.6, 1.1],
        "ci": None,
        "n": 1000,
        "better": "lower",
    }
    metrics["mode_coverage"] = {"value": None, "null": None, "ci": None, "n": 0}
    classes = [
        {
            "index": i,
            "name": str(i),
            "real_share": 0.1,
            "share": 0.0 if failing and i in (4, 7) else 0.1 + 0.03 * (i % 3 - 1),
            "captured": not (failing and i in (4, 7)),
        }
        for i in range(10)
    ]
    fallen = 0.3 * failing
    tiers = [
        {"index": i, "threshold": 1.0 + i, "records": 199, "coverage": covered}
        for i, covered in enumerate(
            figure(0.9 - fallen * i, 0.95, 199) for i in range(3)
        )
    ]
    for row in classes:
        row["coverage"] = figure(0.8 if row["captured"] else 0.0, 0.95, 56)
        row["spread"] = figure(1.0 if row["captured"] else None, 1.02, 100)
    artifact.write_json(
        "metrics.json",
        content
        or {
            "metrics": metrics,
            "features": {"kind": "identity", "dimension": 64, "accuracy": None},
            "samples": 1000,
            "modes": None,
            "classes": classes,
            "tiers": tiers,
            "duplicates": {"threshold": 1, "quantile": 0.05, "pairs": 9, "copies": 0},
            "contradictions": contradictory(metrics) if failing else None,
        },
    )
    real = samples(np.random.default_rng(0), 64, shape, 1, False)
    generated = samples(rng, 64, shape, 1, failing)
    artifact.write_arrays(
        "plots.npz",
        real_2d=real.reshape(64, -1)[:, :2],
        generated_2d=generated.reshape(64, -1)[:, :2],
        samples=generated,
        real_samples=real,
    )


def figure(value: float | None, null: float, n: int) -> dict[str, Any]:
    ci = None if value is None else [max(0.0, value - 0.05), min(1.0, value + 0.05)]
    return {
        "value": value,
        "null": null,
        "null_interval": [null - 0.1, min(null + 0.05, 1.0)],
        "ci": ci,
        "n": 0 if value is None else n,
    }


def contradictory(metrics: dict[str, Any]) -> dict[str, Any]:
    def told(name: str, deviation: float) -> dict[str, Any]:
        entry = {key: metrics[name][key] for key in ("value", "null", "null_interval")}
        return {"metric": name, **entry, "deviation": deviation}

    blind = "everything beyond means and covariances"
    return {
        "false_alarm_rate": 0.01,
        "metrics": 14,
        "pairs": [
            {
                "as_data": told("frechet_distance", 0.3) | {"value": 0.85},
                "not_as_data": told(name, deviation),
                "blind_to": blind,
            }
            for name, deviation in (("recall", -21.0), ("coverage", -16.0))
        ],
    }


def line(
    text: str, value: float, null: float, limit: float, **place: str
) -> dict[str, Any]:
    return {"text": text, "value": value, "null": null, "threshold": limit, **place}


def diagnosed(rng: np.random.Generator, failing: bool) -> dict[str, Any]:
    checks = [
        check("precision", "failed" if failing else "passed", 0.7, 0.92, 0.85),
        check("coverage", "failed" if failing else "passed", 0.66, 0.9, 0.82),
        check("batch_coupling", "failed" if failing else "passed", 1.3, 0.0, 1e-9),
        check("last_coverage", "failed" if failing else "passed", 0.4, 0.86, 0.75),
        check("score_saturation", "not_run", None, None, None),
    ]
    empty: dict[str, Any] = {
        "verdict": "healthy",
        "symptoms": [],
        "causes": [],
        "risks": [],
        "checks": checks,
        "experiment": None,
    }
    if not failing:
        return empty
    hit = round(0.6 + 0.2 * float(rng.random()), 3)
    recall = "recall, the share of held-out records that the samples reach: 0.62"
    return {
        **empty,
        "verdict": "failed",
        "symptoms": [
            {
                "id": "mode_collapse",
                "severity": hit,
                "onset_step": 1100,
                "onset_interval": [900, 1300],
                "claim": "The samples cover less of the data than those of a "
                "healthy run.",
                "evidence": [
                    line(recall, 0.62, 0.87, 0.8, metric="recall"),
                    line("coverage: 0.66", 0.66, 0.9, 0.82, metric="coverage"),
                ],
            },
            {
                "id": "low_fidelity",
                "severity": 0.3,
                "onset_step": None,
                "claim": "Fewer samples look like the data.",
                "evidence": [
                    line("precision: 0.71", 0.71, 0.92, 0.85, metric="precision")
                ],
            },
        ],
        "causes": [
            {
                "id": "batch_norm_leakage",
                "confidence": 0.93,
                "onset_step": 500,
                "onset_interval": [400, 500],
                "explains": ["mode_collapse", "low_fidelity"],
                "claim": "56% of the variance of the discriminator's scores is owed to "
                "the batch, not to the sample.",
                "evidence": [
                    line(
                        "variance of scores owed to batch-mates: 1.3",
                        1.3,
                        0.0,
                        0.05,
                        series="batch_coupling",
                    ),
                    line("AUC gained: 0.34", 0.34, 0.0, 0.04, series="batch_leak"),
                ],
                "prescriptions": [
                    {
                        "set": {"discriminator.normalization": "none"},
                        "why": "the penalty already bounds the slope of the critic",
                    },
                    {
                        "set": {"discriminator.normalization": "layer"},
                        "why": "each sample is normalized by itself",
                    },
                ],
                "rivals": ["vanishing_gradient: its check passed"],
            }
        ],
    }


def check(name: str, status: str, *numbers: float | None) -> dict[str, Any]:
    value, null, threshold = numbers
    return {
        "id": name,
        "status": status,
        "value": value,
        "null": null,
        "threshold": threshold,
        "side": "low",
        "p_value": None,
        "source": "14 healthy runs, rate 0.0017"
        if value is not None
        else "it was not measured",
    }
