"""The parameters of training."""

import os
from typing import Annotated, Literal

from annotated_types import Ge, Le, Lt
from pydantic import Field, model_validator

from components.parts import Params
from components.train.networks import READS_MATES, Discriminator, Generator
from components.train.networks.mlp import MlpDiscriminator, MlpGenerator
from components.train.objectives import Objective
from components.train.objectives.non_saturating import NonSaturating
from components.train.optimizers import Optimizer
from components.train.optimizers.adam import Adam
from components.train.pacing import NoPacing, Pacing
from components.train.precision import Precision
from components.train.regularizers import Regularizers
from components.train.schedules import Schedule, bounded
from components.train.updates import Update
from components.train.updates.alternating import Alternating

Count = Annotated[int, Ge(1)]
Backend = Literal["tensorflow", "jax"]


def environment_backend() -> Backend:
    """The backend that Keras takes: the environment's, if training knows it."""
    return "jax" if os.environ.get("KERAS_BACKEND") == "jax" else "tensorflow"


class Latents(Params):
    """What the generator makes samples from."""

    size: Count = 32
    """Dimensions of a latent vector."""
    distribution: Literal["normal", "uniform"] = "normal"
    """Standard normal, or uniform in [-1, 1)."""
    shared: bool = False
    """Whether in a step's last turn both players see samples of the same latents."""


class Ema(Params):
    """An exponential moving average of the generator's weights, which is exported."""

    decay: Annotated[float, Ge(0), Lt(1)] | Schedule = 0.999
    """Share of the old average that a step keeps; a schedule may start it lower."""

    @model_validator(mode="after")
    def _below_one(self) -> "Ema":
        if not bounded(self.decay, 0.0, 1.0):
            raise ValueError("`decay` must stay in [0, 1] over the whole schedule")
        return self


class TelemetryParams(Params):
    """How often probes read."""

    every: Count | None = None
    """Steps between readings; null: a sixtieth of the steps, or 100 where that is more,
    but no more than a thirtieth."""
    snapshots: Count = 12
    """Times that samples are kept and precision, recall and coverage read."""
    rare: Annotated[int, Ge(0)] | None = None
    """Times, at snapshots, that probes read which cost dozens of steps; null: once in
    2,000 steps, at most four times, and once in a training of 1,000."""
    samples: Annotated[int, Ge(1)] = 64
    """Samples in a snapshot, at most 64."""
    probe_size: Annotated[int, Ge(16)] = 256
    """Records and samples that probes read on, rounded up to whole batches."""

    @model_validator(mode="after")
    def _small(self) -> "TelemetryParams":
        if self.samples > 64:
            raise ValueError(f"`samples` is at most 64, not {self.samples}")
        return self


class CheckpointParams(Params):
    """How often training can be resumed from."""

    every: Count = 1000
    """Steps between checkpoints."""


class DataParams(Params):
    """Where training records are; it changes no bit of what is trained."""

    residence: Literal["auto", "resident", "streamed"] = "auto"
    """`resident`: all of them on the device. `streamed`: on disk, memory-mapped; what
    coming steps draw is read ahead. `auto`: `resident` up to `device_bytes`."""
    device_bytes: Count = 1 << 30
    """Most bytes of training records that `auto` puts on the device."""
    chunk_bytes: Annotated[int, Ge(1), Le(1 << 31)] = 32 << 20
    """Most bytes of records read at a time if `streamed`, but a step's at least. About
    five times that lie in memory: what is played, what is read ahead, and copies."""


class TrainParams(Params):
    """What to train, and how."""

    steps: Count = 3000
    """Generator updates."""
    batch_size: Count = 64
    """Real records, and as many samples, in each update."""
    discriminator_steps: Count = 1
    """Discriminator updates before each generator update."""
    latents: Latents = Latents()
    generator: Generator = MlpGenerator()
    discriminator: Discriminator = MlpDiscriminator()
    objective: Objective = NonSaturating()
    regularizers: Regularizers = Regularizers()
    """What tames the discriminator; those that are named act together."""
    optimizer: Optimizer = Adam()
    update: Update = Alternating()
    ema: Ema | None = None
    """An average of the generator's weights, exported in their place; null: none."""
    pacing: Pacing = NoPacing()
    conditional: bool = False
    """Whether both networks are told the class of a record, or of a sample to make."""
    nonfinite: Literal["end", "skip"] = "end"
    """At a loss or gradient that is not finite, which is counted in any case: go on,
    and end as `numerical_overflow` once a parameter is not; or undo the step."""
    precision: Precision = "float32"
    """`bfloat16` is mixed: layers compute in it, parameters stay float32."""
    backend: Backend = Field(default_factory=environment_backend)
    """What Keras runs on; by default the environment's KERAS_BACKEND. Where this
    process's Keras runs on another, training has a process of its own."""
    devices: Count = 1
    """Devices that each batch is divided over. What is computed is that of one device,
    up to the order of summation. TensorFlow's each know their part of a batch alone:
    networks that normalize over the batch need JAX."""
    vectorize_seeds: bool = False
    """Whether trials that differ in their seed alone are trained in one compiled
    program, on JAX: they take turns no more, and a GPU that one of them left idle is
    filled. Records must be resident."""
    data: DataParams = DataParams()
    """Where training records lie: on the device, or on disk and read ahead."""
    telemetry: TelemetryParams = TelemetryParams()
    checkpoint: CheckpointParams = CheckpointParams()

    @model_validator(mode="after")
    def _batches_fit(self) -> "TrainParams":
        network = self.discriminator
        if self.batch_size == 1 and network.normalization == "batch_split":
            raise ValueError(
                "`batch_size` 1 with `discriminator.normalization` batch_split: the "
                "statistics of a single record are the record; use a larger batch"
            )
        whole = self.devices * network.packing
        if self.devices > 1 and self.batch_size % whole:
            near = -(-self.batch_size // whole) * whole
            packs = f" and packs of {network.packing}" if network.packing > 1 else ""
            raise ValueError(
                f"`batch_size` {self.batch_size} with {self.devices} `devices`{packs}: "
                f"{whole} must divide it, so that each has an equal part; {near} would "
                f"do"
            )
        if self.batch_size % network.packing:
            near = -(-self.batch_size // network.packing) * network.packing
            raise ValueError(
                f"`batch_size` {self.batch_size} with packs of {network.packing}: "
                f"`discriminator.samples` must divide it; {near} would do"
            )
        return self

    @model_validator(mode="after")
    def _seeds_fit(self) -> "TrainParams":
        if not self.vectorize_seeds:
            return self
        wrong = ""
        if self.backend != "jax":
            wrong = f"`backend` {self.backend}: only jax has such programs"
        elif self.devices > 1:
            wrong = f"{self.devices} `devices`: a program is over seeds or over devices"
        elif self.data.residence == "streamed":
            wrong = "`data.residence` streamed: seeds share records on the device"
        if wrong:
            raise ValueError(f"`vectorize_seeds` with {wrong}; set one of the two")
        return self

    @model_validator(mode="after")
    def _parts_suffice(self) -> "TrainParams":
        if self.devices == 1 or self.backend == "jax":
            return self
        for player in ("generator", "discriminator"):
            kind = getattr(getattr(self, player), "normalization", "none")
            if kind in READS_MATES:
                raise ValueError(
                    f"`{player}.normalization` {kind} with {self.devices} `devices` on "
                    f"tensorflow: each device sees its part of a batch alone, so its "
                    f"statistics would not be the batch's; set `backend` to jax, or "
                    f"`devices` to 1"
                )
        return self
