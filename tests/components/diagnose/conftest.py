"""Trials made up for the diagnosis: what healthy ones read, and any departure."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from components.artifacts import Metrics, Telemetry
from components.component import Context
from components.diagnose.calibration import CalibrationTable
from components.diagnose.combine import Conclusion
from components.diagnose.readings import Readings
from components.diagnose.stage import DiagnoseParams, as_json, diagnose_readings
from components.diagnose.statistics import STATISTICS
from components.directory import Directory
from components.train.params import TrainParams

STEPS = np.arange(0, 1300, 100)
NULLS = {
    "precision": 0.96,
    "recall": 0.97,
    "density": 1.0,
    "coverage": 0.97,
    "train_coverage": 0.88,
    "frechet_distance": 0.45,
    "mode_coverage": 1.0,
    "class_coverage": 1.0,
    "nonfinite_share": 0.0,
    "train_nearest_share": 0.5,
    "mode_spread": 1.0,
    "tail_coverage": 0.95,
}
HEALTHY = {
    "precision": 0.94,
    "recall": 0.94,
    "coverage": 0.94,
    "mode_coverage": 1.0,
    "class_coverage": 1.0,
    "frechet_distance": 2.0,
    "nonfinite_share": 0.0,
    "memorization": 0.0,
    "best_precision": 0.9,
    "best_coverage": 0.9,
    "kept_coverage": 0.98,
    "swing": 0.004,
    "last_precision": 0.9,
    "last_recall": 0.9,
    "last_coverage": 0.9,
    "last_mode_coverage": 1.0,
    "last_class_coverage": 1.0,
    "transmission": 0.7,
    "discriminator_auc": 0.7,
    "batch_coupling": 0.0,
    "batch_leak": 0.0,
    "train_nearest_share": 1.01,
    "mode_spread": 0.94,
    "tail_over_core": 0.94,
    "last_tail_over_core": 0.9,
    "last_train_nearest_share": 0.5,
    "core_over_tail": 1.0,
    "last_core_over_tail": 1.0,
    "first_sparsity": 3.0,
    "unequal_tiers": 0.1,
    "nonfinite_count": 0.0,
    "score_overlap": 0.5,
    "blindness": 0.3,
    "critic_slope": 1.0,
    "generator_agreement": 0.5,
    "discriminator_agreement": 0.6,
    "generator_step": 0.002,
    "discriminator_step": 0.004,
    "discriminator_lead": 2.0,
    "generator_lead": 0.5,
    "capacity_gap": 0.01,
    "capacity_dimension": 1.0,
    "sample_dimension": 1.0,
    "largest_weight": 1.0,
    "dead_units": 0.1,
    "rotation": 0.5,
    "turns": 0.0,
    "circulation": 0.1,
    "damping_undone": 0.05,
    "log_volume": -0.1,
    "diversity_slope": 0.1,
    "diversity_curvature": 0.2,
    "generator_stability": 0.03,
    "discriminator_stability": 0.05,
    "copies": 0.0,
    "rarest_class": 1.0,
    "rejected": 0.0,
}
"""Centers of what the made-up healthy runs read, in the calibrated units."""


GAME = {
    "score_overlap": 0.5,
    "slope_interpolates_mean": 1.0,
    "generator_gradient_cosine_1": 0.5,
    "discriminator_gradient_cosine_1": 0.6,
    "generator_update_ratio": 0.002,
    "discriminator_update_ratio": 0.004,
    "discriminator_gradient_norm": 1.0,
    "capacity_gap": 0.01,
    "capacity_dimension": 1.0,
    "weight_max": 1.0,
    "sample_dimension": 2.0,
    "record_dimension": 2.0,
    "generator_dead_share": 0.1,
    "discriminator_dead_share": 0.1,
    "spectrum_radius": 10.0,
    "spectrum_imaginary_max": 5.0,
    "spectrum_real_max": 2.0,
    "eigenvalue_real_0": -2.0,
    "eigenvalue_imaginary_0": 1.0,
    "log_volume": -0.1,
    "diversity_slope": 0.1,
    "diversity_curvature": 1.0,
    "generator_curvature_max": 5.0,
    "generator_curvature_min": -1.0,
    "generator_stability": 0.03,
    "discriminator_stability": 0.05,
    "generator_coordinate_0": 1.0,
    "discriminator_coordinate_0": 1.0,
}
"""What the probes of the game read on a healthy run, all along."""


class Trial:
    """A healthy trial, changed by what a test says."""

    def __init__(self, table: CalibrationTable) -> None:
        self.table = table
        rise = 0.9 * (1 - np.exp(-STEPS / 150))
        self.metrics = {name: 0.94 * NULLS[name] for name in NULLS}
        self.metrics |= {"frechet_distance": 0.9, "nonfinite_share": 0.0}
        self.metrics |= {"mode_coverage": 1.0, "class_coverage": 1.0}
        self.p_values: dict[str, float] = {}
        self.series = {
            "step": STEPS,
            "precision": rise.copy(),
            "recall": rise.copy(),
            "coverage": rise.copy(),
            "tier_coverage.0": rise.copy(),
            "tier_coverage.1": rise.copy(),
        }
        flat = {"transmission": 0.7, "discriminator_auc": 0.7}
        flat |= {"batch_coupling": 0.0, "batch_leak": 0.0, "nonfinite_count": 0.0}
        flat |= {"tier": 1.0, "train_nearest_share": 0.5} | GAME
        self.series |= {k: np.full(len(STEPS), v) for k, v in flat.items()}
        self.parameters = json.loads(TrainParams().model_dump_json())
        self.ended = "completed"
        self.copies, self.kind = 0.0, None
        self.rarest, self.rejected = (1.0, 1.0), 0.0
        self.core = {"value": 0.9, "null": 0.96}
        self.spacings = 0.1, 0.3

    def read(self, **metrics: float | None) -> "Trial":
        self.metrics |= metrics
        return self

    def constant(self, **series: float) -> "Trial":
        self.series |= {k: np.full(len(STEPS), v) for k, v in series.items()}
        return self

    def trained(self, **parameters: object) -> "Trial":
        stated = json.dumps({**self.parameters, **parameters})
        params = TrainParams.model_validate_json(stated)
        self.parameters = json.loads(params.model_dump_json())
        return self

    def batch_norm(self, coupling: float = 0.5) -> "Trial":
        discriminator = {**self.parameters["discriminator"], "normalization": "batch"}
        self.trained(discriminator=discriminator)
        return self.constant(batch_coupling=coupling, batch_leak=0.1)

    def saturated(self) -> "Trial":
        self.trained(objective={"kind": "minimax"})
        return self.constant(transmission=1e-7, discriminator_auc=1.0)

    def ill(self) -> "Trial":
        """Every mechanism of the game far from healthy."""
        self.copies = 0.9
        return self.hard_from_the_start().constant(
            spectrum_imaginary_max=10.0,
            log_volume=-9.0,
            generator_gradient_cosine_1=0.0,
            slope_interpolates_mean=100.0,
            generator_update_ratio=0.2,
            capacity_gap=0.5,
            generator_stability=3.0,
            **{"tier_coverage.0": 0.1, "tier_coverage.1": 0.9},
        )

    def hard_from_the_start(self) -> "Trial":
        """A tail a hundred times as sparse as the core, and both at once."""
        self.spacings = 0.1, 10.0
        return self

    def collapsed(self) -> "Trial":
        return self.read(recall=0.1, coverage=0.2, train_coverage=0.18)

    def content(self) -> dict:
        entries = {
            name: {
                "value": value,
                "null": NULLS[name],
                "null_interval": [0.97 * NULLS[name], 1.03 * NULLS[name]],
                "p_value": self.p_values.get(name),
            }
            for name, value in self.metrics.items()
        }
        covered = self.core, entries["tail_coverage"]
        tiers = [
            {"coverage": coverage, "spacing": spacing}
            for coverage, spacing in zip(covered, self.spacings, strict=True)
        ]
        return {"metrics": entries, "tiers": tiers}

    def info(self) -> dict:
        return {
            "parameters": self.parameters,
            "ended": self.ended,
            "steps": 1200,
            "data": {
                "duplicates": self.copies,
                "kind": self.kind,
                "rejected": self.rejected,
                "rarest_class": {
                    "rarest": self.rarest[0],
                    "which": 3,
                    "p_value": self.rarest[1],
                },
            },
        }

    def readings(self) -> Readings:
        return Readings(self.content(), self.series, self.info())

    def conclusion(self, **params: float) -> Conclusion:
        stated = DiagnoseParams(calibration=self.table, **params)
        return diagnose_readings(self.readings(), stated)

    def diagnosis(self, **params: float) -> dict:
        return as_json(self.conclusion(**params))

    def symptoms(self) -> set[str]:
        return {one["id"] for one in self.diagnosis()["symptoms"]}

    def artifacts(self, folder: Path) -> tuple[Metrics, Telemetry]:
        metrics = Metrics(str(folder / "metrics"))
        metrics.write_json("metrics.json", self.content())
        telemetry = Telemetry(str(folder / "telemetry"))
        columns = {k: np.asarray(v, float) for k, v in self.series.items()}
        columns["step"] = STEPS.astype(np.int64)
        telemetry.write_table("telemetry.parquet", pa.table(columns))
        telemetry.write_json("telemetry.json", self.info())
        return metrics, telemetry


@pytest.fixture(scope="session")
def table() -> CalibrationTable:
    """Thirty healthy runs, spread by 2 % about their centers; ten with batch norm,
    ten that saturate, all of which failed."""
    random = np.random.default_rng(0)
    checks = {}
    for name, statistic in STATISTICS.items():
        if statistic.exact is None:
            center = HEALTHY[name]
            spread = 0.02 * abs(center) if center else 0.02 * (name == "memorization")
            values = sorted(random.normal(center, spread, 30).tolist())
            checks[name] = {
                "side": statistic.side,
                "scale": statistic.scale,
                "values": tuple(np.minimum(values, 1.0) if center == 1.0 else values),
            }
    exposed = {
        name: {"runs": 10, "failed": 10}
        for name in ("batch_norm_leakage", "vanishing_gradient")
    }
    return CalibrationTable.model_validate(
        {"produced": "made up", "runs": 30, "checks": checks, "exposed": exposed}
    )


@pytest.fixture
def trial(table: CalibrationTable) -> Trial:
    return Trial(table)


@pytest.fixture
def new_trial(table: CalibrationTable):
    return lambda: Trial(table)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    made = iter(range(1000))
    return Context(
        create=lambda kind: kind(str(tmp_path / f"made-{next(made)}")),
        scratch=Directory(str(tmp_path / "scratch")),
    )
