"""What component tests share: a context, and curricula made from plain arrays."""

import hashlib
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from components.artifacts import Curriculum
from components.component import Context
from components.directory import Directory
from components.records import Modes


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., Context]:
    """`make_context()`: a Context whose artifacts and scratch are new folders.

    `make_context(root="memory://x")` puts them elsewhere; `workers` > 1 asks Beam for
    that many threads' worth of bundles.
    """
    numbers = itertools.count()

    def make(root: str | Path | None = None, workers: int = 1) -> Context:
        base = f"{root or tmp_path}/context-{next(numbers)}"

        def pipeline():
            import apache_beam as beam
            from apache_beam.options.pipeline_options import PipelineOptions
            from apache_beam.runners.portability.fn_api_runner import FnApiRunner

            flags = [f"--direct_num_workers={workers}"]
            if workers > 1:
                flags.append("--direct_running_mode=multi_threading")
            return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags))

        return Context(
            create=lambda kind: kind(f"{base}/{kind.type}-{next(numbers)}"),
            scratch=Directory(f"{base}/scratch"),
            make_pipeline=pipeline,
        )

    return make


def _table(data: np.ndarray, labels: np.ndarray, tiers: np.ndarray) -> pa.Table:
    flat = np.ascontiguousarray(data, np.float32).reshape(len(data), -1)
    values = pa.FixedSizeListArray.from_arrays(
        pa.array(flat.reshape(-1)), flat.shape[1]
    )
    return pa.table(
        {
            "digest": [hashlib.sha256(row.tobytes()).hexdigest() for row in flat],
            "label": pa.array(labels, pa.int32()),
            "tier": pa.array(tiers, pa.int32()),
            "difficulty": pa.array(np.linspace(0, 1, len(data)), pa.float64()),
            "data": values,
        }
    )


def write_curriculum(
    folder: str | Path,
    train: np.ndarray,
    holdout: np.ndarray,
    labels: tuple[np.ndarray, np.ndarray] | None = None,
    classes: Sequence[str] | None = None,
    modes: Modes | None = None,
    tiers: int = 1,
) -> Curriculum:
    """Write a Curriculum payload: data (n, *shape), labels (train's, holdout's)."""
    curriculum = Curriculum(str(folder))
    counts: dict[str, list[int]] = {}
    for part, data in (("train", train), ("holdout", holdout)):
        tier = np.sort(np.arange(len(data)) % tiers)
        given = None if labels is None else labels[part == "holdout"]
        label = np.full(len(data), -1) if given is None else given
        curriculum.write_table(f"{part}/part-00000.arrow", _table(data, label, tier))
        counts[part] = np.bincount(tier, minlength=tiers).tolist()
    info = {
        "shape": list(train.shape[1:]),
        "classes": None if classes is None else list(classes),
        "modes": modes
        and {k: np.asarray(v).tolist() for k, v in modes._asdict().items()},
        "tiers": [
            {
                "index": i,
                "threshold": (i + 1) / tiers,
                "train": counts["train"][i],
                "holdout": counts["holdout"][i],
            }
            for i in range(tiers)
        ],
        "difficulty": {"kind": "knn_distance", "k": 10},
        "counts": {"train": len(train), "holdout": len(holdout)},
    }
    curriculum.write_json("curriculum.json", info)
    return curriculum


@pytest.fixture(scope="session")
def curriculum_from_arrays() -> Callable[..., Curriculum]:
    """`write_curriculum` as a fixture (conftest modules cannot be imported)."""
    return write_curriculum
