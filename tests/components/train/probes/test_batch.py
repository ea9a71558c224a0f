"""Which discriminators are asked whether their scores depend on batch-mates."""

from types import SimpleNamespace

import numpy as np
import pytest

from components.train.probes.batch import Batch


@pytest.mark.parametrize(
    ("packing", "batch_statistics", "reads_mates", "told"),
    [
        (1, False, False, 0.0),
        (1, False, True, np.nan),
        (2, False, True, np.nan),
        (2, True, True, np.nan),
    ],
)
def test_what_reads_no_mates_reads_0_and_what_is_meant_to_nothing(
    packing, batch_statistics, reads_mates, told
):
    discriminator = SimpleNamespace(packing=packing)
    game = SimpleNamespace(params=SimpleNamespace(discriminator=discriminator))
    view = SimpleNamespace(
        bench=SimpleNamespace(game=game),
        batch_statistics=batch_statistics,
        reads_mates=reads_mates,
    )
    read = dict(Batch(game).read(view))
    assert read == pytest.approx(
        {"batch_coupling": told, "batch_leak": told}, nan_ok=True
    )
