"""What training leaves: the GAN and the telemetry, functions of its inputs alone."""

import json
from typing import Any

import keras
import numpy as np
import pyarrow as pa

from components.artifacts import Gan, Telemetry
from components.train.checkpoints import State
from components.train.export import keras_bytes
from components.train.game import Game
from components.train.probes import probes


def write_gan(gan: Gan, game: Game, state: State) -> None:
    """Fill the artifact: both networks for plain Keras, and what they are."""
    gan.write_bytes("generator.keras", keras_bytes(game.generator))
    gan.write_bytes("discriminator.keras", keras_bytes(game.discriminator))
    gan.write_json(
        "gan.json",
        {
            "latents": game.params.latents.model_dump(mode="json"),
            "shape": list(game.shape),
            "seed": game.seed,
            "steps": state.step,
            "parameters": parameters(game),
        },
    )


def write_telemetry(telemetry: Telemetry, game: Game, state: State, ended: str) -> None:
    """Fill the artifact: readings, snapshots, and what every series means."""
    described = {
        name: {"probe": type(probe).__name__, **series._asdict()}
        for probe in probes()
        for name, series in probe.series.items()
    }
    columns: dict[str, Any] = {
        "step": np.asarray([row["step"] for row in state.rows], np.int64)
    }
    for name in described:
        column = [row.get(name, np.nan) for row in state.rows]
        columns[name] = np.asarray(column, np.float64)
    telemetry.write_table("telemetry.parquet", pa.table(columns))
    telemetry.write_arrays(
        "snapshots.npz",
        steps=np.asarray(sorted(state.frames), np.int64),
        samples=np.stack([state.frames[step] for step in sorted(state.frames)]),
    )
    telemetry.write_json(
        "telemetry.json",
        {
            "parameters": parameters(game),
            "seed": game.seed,
            "backend": keras.backend.backend(),
            "device": game.device,
            "compile": game.policy,
            "ended": ended,
            "steps": state.step,
            "series": described,
        },
    )


def parameters(game: Game) -> dict[str, Any]:
    """The training's parameters as plain JSON values."""
    return dict(json.loads(game.params.model_dump_json()))
