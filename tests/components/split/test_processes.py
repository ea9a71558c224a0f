"""Curating and splitting in several worker processes, as the local runner has them."""

import numpy as np

from components.component import Context
from components.curate.stage import CurateParams, curate
from components.directory import Directory
from components.split.params import SplitParams
from components.split.stage import split
from pipelines.execution.jobs import make_pipeline
from pipelines.runners import Local


def made(folder, source, workers):
    """The contents of the dataset and of the curriculum."""
    contexts = [
        Context(
            create=lambda kind, name=name: kind(f"{folder}/{name}"),
            scratch=Directory(f"{folder}/{name}-scratch"),
            make_pipeline=lambda: make_pipeline(Local(workers=workers), None),
        )
        for name in ("dataset", "curriculum")
    ]
    dataset = curate(
        params=CurateParams.model_validate({"source": source, "near_duplicates": 2}),
        context=contexts[0],
    )
    curriculum = split(dataset=dataset, params=SplitParams(), context=contexts[1])
    files = {name: curriculum.read_bytes(name) for name in curriculum.names()}
    return dataset.content_digest(dict.fromkeys(dataset.names(), "")), files


def test_worker_processes_change_nothing(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    data = random.integers(0, 256, (300, 8, 8), np.uint8)
    data[1::30] = data[::30]
    np.savez(tmp_path / "data.npz", data=data)
    monkeypatch.setattr("components.curate.source.CHUNK_BYTES", 64 * 4 * 50)
    monkeypatch.setattr("components.split.work.FILE_BYTES", 64 * 4 * 50)
    source = {"kind": "npz", "path": str(tmp_path / "data.npz")}
    alone = made(tmp_path / "alone", source, 1)
    together = made(tmp_path / "together", source, 2)
    assert alone == together and len(alone[1]) > 3
