"""The parameters of training."""

from typing import Annotated, Literal

from annotated_types import Ge, Gt, Lt
from pydantic import model_validator

from components.parts import Params
from components.train.networks import Discriminator, Generator
from components.train.networks.mlp import MlpDiscriminator, MlpGenerator
from components.train.objectives import Objective
from components.train.objectives.non_saturating import NonSaturating
from components.train.pacing import NoPacing, Pacing
from components.train.regularizers import NoRegularizer, Regularizer

Count = Annotated[int, Ge(1)]
Rate = Annotated[float, Gt(0)]
Decay = Annotated[float, Ge(0), Lt(1)]


class Latents(Params):
    """What the generator makes samples from."""

    size: Count = 32
    """Dimensions of a latent vector."""
    distribution: Literal["normal", "uniform"] = "normal"
    """Standard normal, or uniform in [-1, 1)."""


class Optimizer(Params):
    """Adam for both players (Kingma and Ba 2015)."""

    kind: Literal["adam"] = "adam"
    learning_rate: Rate = 1e-3
    discriminator_learning_rate: Rate | None = None
    """The discriminator's own rate; null: `learning_rate`."""
    generator_learning_rate: Rate | None = None
    """The generator's own rate; null: `learning_rate`."""
    beta_1: Decay = 0.5
    beta_2: Decay = 0.999
    epsilon: Rate = 1e-7


class TelemetryParams(Params):
    """How often probes read."""

    every: Count | None = None
    """Steps between readings; null: a sixtieth of the steps."""
    snapshots: Count = 12
    """Times that samples are kept and precision, recall and coverage read."""
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
    regularizer: Regularizer = NoRegularizer()
    optimizer: Optimizer = Optimizer()
    pacing: Pacing = NoPacing()
    telemetry: TelemetryParams = TelemetryParams()
    checkpoint: CheckpointParams = CheckpointParams()

    @model_validator(mode="after")
    def _batches_can_be_normalized(self) -> "TrainParams":
        split = self.discriminator.normalization == "batch_split"
        if self.batch_size == 1 and split:
            raise ValueError(
                "`batch_size` 1 with `discriminator.normalization` batch_split: the "
                "statistics of a single record are the record; use a larger batch"
            )
        return self
