"""Series that others make up, reading by reading: what is judged, but no probe reads.

A table holds a training's series, (readings,) each, NaN where a series was not read.
Each is a quotient, NaN where it has no positive denominator.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray[Any, Any]
    Table = Mapping[str, Column]

TIERS = "tier_coverage."
"""Series of each tier's coverage, by its number."""
TAIL, CORE = "tail_over_core", "core_over_tail"
"""What the outermost tier's over that of the core is called, and the inverse."""
DERIVED = {
    TAIL: ("tail", "core"),
    CORE: ("core", "tail"),
    "rotation": ("spectrum_imaginary_max", "spectrum_radius"),
    "discriminator_lead": ("discriminator_turn", "generator_turn"),
    "generator_lead": ("generator_turn", "discriminator_turn"),
    "relative_dimension": ("sample_dimension", "record_dimension"),
}
"""By name, what is divided by what: series, or what `_parts` has beside them."""


def derived(
    name: str, table: "Table", parameters: Mapping[str, Any]
) -> "Column | None":
    """One of DERIVED; None where what it is made of was not read.

    Args:
        table: by name, every series of a training.
        parameters: of the training.
    """
    import numpy as np

    if name not in DERIVED:
        return None
    known = {**table, **_parts(table, parameters)}
    over, under = (known.get(part) for part in DERIVED[name])
    if over is None or under is None:
        return None
    one, other = (np.asarray(each, np.float64) for each in (over, under))
    return one / np.where(np.isfinite(other) & (other > 0), other, np.nan)


def _parts(table: "Table", parameters: Mapping[str, Any]) -> "dict[str, Column]":
    """What is divided and is no series itself.

    `core`, `tail`: coverage of the first tier and of the outermost, if there are two.
    `discriminator_turn`, `generator_turn`: how far a player goes in its turn, relative
    to its weights: D so many steps; NaN where G stands still, as a fixed mixture does,
    which nobody plays with.
    """
    import numpy as np

    found = {}
    tiers = [int(name.removeprefix(TIERS)) for name in table if name.startswith(TIERS)]
    if len(tiers) > 1:
        found["core"] = table[f"{TIERS}{min(tiers)}"]
        found["tail"] = table[f"{TIERS}{max(tiers)}"]
    judge, maker = (
        table.get(f"{player}_update_ratio") for player in ("discriminator", "generator")
    )
    if judge is not None and maker is not None:
        steps = float(parameters.get("discriminator_steps") or 1)
        found["discriminator_turn"] = judge * steps
        found["generator_turn"] = np.where(maker > 0, maker, np.nan)
    return found
