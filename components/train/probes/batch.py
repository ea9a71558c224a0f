"""Whether a score depends on batch-mates."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from components.train.probes import Probe, Series
from components.train.statistics import auc, coupling
from components.train.view import View


class Batch(Probe):
    """Crossed wires: batch statistics in the discriminator.

    A discriminator that cannot read its mates: 0, not measured. One that is meant to
    (packs, with batch statistics too; the deviation of a minibatch) is not judged by
    this: NaN.
    Twelve batches a reading make it the dearest probe: it reads at every second.
    """

    every: ClassVar[int] = 2
    series: ClassVar[dict[str, Series]] = {
        "batch_coupling": Series(
            "κ = E_x Var_mates D(x) / Var_x E_mates D(x), mates real by 0, ½ and 1",
            "≥ 0; 0: a score depends on its record alone",
        ),
        "batch_leak": Series(
            "AUC in batches as trained less AUC of records scored alone "
            "(by D's running statistics)",
            "-1 to 1; 0: mates tell nothing",
        ),
    }

    def read(self, view: View) -> Iterator[tuple[str, float]]:
        packed = view.bench.game.params.discriminator.packing > 1
        if packed or not view.batch_statistics:
            # A pack is drawn from its batch: its score is of its mates on purpose.
            read = float("nan") if view.reads_mates else 0.0
            yield "batch_coupling", read
            yield "batch_leak", read
            return
        real = np.arange(len(view.real))
        generated = real + len(real)
        yield "batch_coupling", coupling(view.judge, real, generated, view.mates)
        as_trained = auc(view.scores_real, view.scores_generated)
        alone = auc(view.judge_alone(real), view.judge_alone(generated))
        yield "batch_leak", as_trained - alone
