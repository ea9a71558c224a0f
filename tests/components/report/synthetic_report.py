"""Synthetic inputs of the report: artifacts as the stages before would write them."""

import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from synthetic_artifacts import (
    STEPS,
    diagnosed,
    write_metrics,
    write_telemetry,
)

from components.artifacts import (
    Diagnosis,
    Measurements,
    Metrics,
    Report,
    Telemetry,
)
from components.component import Context
from components.directory import Directory
from components.report.params import ReportParams
from components.report.stage import report
from components.run import CaseInfo, ExpectationInfo, RunInfo, TrialInfo

ADDRESS = "train.discriminator.normalization"


@dataclass
class World:
    """A run in a folder: what `report` is called with."""

    folder: Path
    trials: list[TrialInfo] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    metrics: list[Metrics] = field(default_factory=list)
    telemetries: list[Telemetry] = field(default_factory=list)
    measurements: list[Measurements] | None = None
    expectations: list[ExpectationInfo] = field(default_factory=list)
    name: str = "digits-batchnorm"
    path: str = "specs/quickstart.yaml"
    positions: dict[str, str] = field(
        default_factory=lambda: {
            "train": "specs/digits.yaml:12",
            "train.discriminator": "specs/digits.yaml:23",
            ADDRESS: "specs/quickstart.yaml:7",
        }
    )

    cases: dict[str, CaseInfo] = field(default_factory=dict)

    def create(self, kind: type[Any]) -> Any:
        return kind(str(self.folder / f"{kind.type}-{uuid.uuid4().hex}"))

    def add(
        self,
        point: dict[str, Any],
        *,
        failing: bool = False,
        failed: str | None = None,
        shape: tuple[int, ...] = (8, 8, 1),
        diagnosis: dict[str, Any] | None = None,
        content: dict[str, Any] | None = None,
        like: int | None = None,
    ) -> TrialInfo:
        """Add a trial; one that has not failed gets its three artifacts.

        `like` takes those of the trial with this index, to make many trials fast.
        """
        seed = point.get("seed", 0)
        normalization = point.get(ADDRESS, "batch" if failing else "layer")
        parameters = {
            "train": {
                "steps": STEPS,
                "objective": {"kind": "wasserstein"},
                "discriminator": {"kind": "mlp", "normalization": normalization},
            }
        }
        info = TrialInfo(f"t{len(self.trials):03}", point, seed, parameters, failed)
        self.trials.append(info)
        if failed is None and like is not None:
            self.telemetries.append(self.telemetries[like])
            self.metrics.append(self.metrics[like])
            self.diagnoses.append(self.diagnoses[like])
        elif failed is None:
            rng = np.random.default_rng(len(self.trials))
            telemetry = self.create(Telemetry)
            write_telemetry(telemetry, rng, failing, shape)
            metrics = self.create(Metrics)
            write_metrics(metrics, rng, failing, shape, content)
            judged = self.create(Diagnosis)
            judged.write_json("diagnosis.json", diagnosis or diagnosed(rng, failing))
            self.telemetries.append(telemetry)
            self.metrics.append(metrics)
            self.diagnoses.append(judged)
        return info

    def run(self) -> RunInfo:
        wiring = {
            "learn": {"curriculum": ("split", "curriculum")},
            "evaluate": {"gan": ("train", "gan")},
            "diagnose": {
                "metrics": ("evaluate", "metrics"),
                "telemetry": ("train", "telemetry"),
            },
            "report": {
                "diagnoses": ("diagnose", "diagnosis"),
                "metrics": ("evaluate", "metrics"),
                "telemetries": ("train", "telemetry"),
            },
        }
        return RunInfo(
            id=f"{self.name}-0a1b2c3d",
            name=self.name,
            path=self.path,
            trials=self.trials,
            expectations=self.expectations,
            wiring=wiring,
            stage="report",
            positions=self.positions,
            cases=self.cases,
        )

    def report(self, **params: Any) -> Report:
        context = Context(self.create, Directory(str(self.folder / "scratch")))
        return report(
            self.diagnoses,
            self.metrics,
            self.telemetries,
            self.measurements,
            ReportParams(**params),
            run=self.run(),
            context=context,
        )


def quickstart(folder: Path) -> World:
    """Two variants by two seeds: batch fails, none does not."""
    world = World(folder)
    for normalization in ("batch", "none"):
        for seed in (0, 1):
            point = {"seed": seed, ADDRESS: normalization}
            world.add(point, failing=normalization == "batch")
    world.expectations = [
        ExpectationInfo(
            {ADDRESS: "batch"},
            {"cause": "batch_norm_leakage"},
            "specs/quickstart.yaml:9",
        ),
        ExpectationInfo(
            {ADDRESS: "none"}, {"verdict": "healthy"}, "specs/quickstart.yaml:11"
        ),
    ]
    return world


def seeds(folder: Path) -> World:
    """Three variants by ten seeds: a seed moves all of them, an axis a little."""
    world = World(folder)
    for place, normalization in enumerate(("batch", "none", "layer")):
        for seed in range(10):
            luck = np.random.default_rng(seed).normal(0, 0.06)
            noise = np.random.default_rng([seed, place]).normal(0, 0.01)
            recall = 0.6 + luck + noise + (0.0, 0.05, 0.0)[place]
            fields = {"null": 0.97, "better": "higher", "n": 500, "ci": None}
            metrics = {
                "recall": {"value": recall, **fields},
                "precision": {"value": 0.8 + luck, **fields},
                "frechet_distance": {
                    **fields,
                    "value": 2 + noise + (0.0, -0.5, 0.0)[place],
                    "better": "lower",
                    "null": 0.5,
                },
            }
            content = {"metrics": metrics, "classes": None}
            point = {"seed": seed, ADDRESS: normalization}
            world.add(point, content=content, shape=(2,))
    return world


def points(folder: Path) -> World:
    """As `quickstart`, in the plane."""
    world = World(folder)
    for normalization in ("batch", "none"):
        for seed in (0, 1):
            point = {"seed": seed, ADDRESS: normalization}
            world.add(point, failing=normalization == "batch", shape=(2,))
    return world


def beside(folder: Path) -> World:
    """Two settings of three seeds beside a paper's figures; none is diagnosed."""
    world = World(folder)
    world.measurements = []
    for packs in (1, 4):
        for seed in range(3):
            world.add({"seed": seed, "train.discriminator.samples": packs}, shape=(2,))
            made = world.create(Measurements)
            figures = {
                name: {
                    "measured": 0.83 * value + 0.02 * seed,
                    "interval": [0.5, 0.9],
                    "range": [0.0, None],
                    "steps": 20_000,
                    "meaning": "what is meant, in a line that is long enough to wrap",
                    "closed_form": None,
                    "relative_error": None,
                    "tolerance": None,
                    "agrees": None,
                    "published": {
                        "paper": "Lin, Khetan, Fanti and Oh 2018",
                        "trials": 10,
                        "steps": 400_000,
                        "value": value,
                        "spread": 0.09,
                    },
                }
                for name, value in (("modes", 7.9), ("high_quality_share", 0.956))
            }
            made.write_json("measurements.json", {"figures": figures})
            world.measurements.append(made)
    world.diagnoses = None
    return world


def long(folder: Path) -> World:
    """As `quickstart`, with names that no line holds, and many seeds."""
    world = quickstart(folder)
    world.name = "a_name_without_any_space_" * 12
    for seed in range(2, 14):
        deep = {"weight": 0.123456789, "target": seed}
        world.add(
            {"seed": seed, "train.regularizers.gradient_penalty": deep, ADDRESS: "none"}
        )
    world.add({"seed": 99, ADDRESS: "none"}, failed="train: " + "x" * 900)
    return world
