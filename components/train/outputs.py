"""What training leaves: the GAN and the telemetry, functions of its inputs alone."""

import json
from typing import Any

import keras
import numpy as np
import pyarrow as pa

from components.artifacts import Gan, Telemetry
from components.train.backend import memory_policy
from components.train.checkpoints import State
from components.train.export import keras_bytes
from components.train.game import Game
from components.train.probes import probes
from components.train.shards import Shards


def write_gan(gan: Gan, game: Game, state: State, train: Shards) -> None:
    """Fill the artifact: both networks for plain Keras, and what they are."""
    gan.write_bytes("generator.keras", keras_bytes(game.exported))
    if game.spectral is not None:
        game.spectral.fold()
    gan.write_bytes("discriminator.keras", keras_bytes(game.discriminator))
    gan.write_json(
        "gan.json",
        {
            "latents": game.params.latents.model_dump(mode="json"),
            "shape": list(game.shape),
            "seed": game.seed,
            "steps": state.step,
            "averaged": game.average is not None,
            "class_shares": class_shares(game, train),
            "parameters": parameters(game),
        },
    )


def class_shares(game: Game, train: Shards) -> list[float] | None:
    """How frequent each class is among what was trained on; None if not told it."""
    if game.classes is None:
        return None
    counts = np.bincount(train.labels, minlength=game.classes)
    return [float(share) for share in counts / counts.sum()]


def write_telemetry(telemetry: Telemetry, game: Game, state: State) -> None:
    """Fill the artifact: readings, snapshots, and what every series means."""
    described = {
        name: {"probe": type(probe).__name__, **series._asdict()}
        for probe in probes(game)
        for name, series in probe.reads().items()
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
            **machine(game),
            "ended": state.ended,
            "steps": state.step,
            "data": None if game.facts is None else game.facts.told(),
            "series": described,
        },
    )


def machine(game: Game) -> dict[str, Any]:
    """What the readings' last digits depend on beside parameters, data and seed."""
    name, facts = keras.backend.backend(), game.devices.facts
    return {
        "backend": name,
        "device": facts.kind,
        "device_name": facts.name,
        "devices": facts.count,
        "memory": memory_policy(name, facts.kind),
        "precision": game.params.precision,
        "compile": game.policy,
    }


def parameters(game: Game) -> dict[str, Any]:
    """The training's parameters as plain JSON values.

    Without `data`: where records lie changes no bit of what is made of them, so that
    what follows need not be made again.
    """
    return dict(json.loads(game.params.model_dump_json(exclude={"data"})))
