"""Series that others make up, reading by reading: what is judged, but no probe reads.

A table holds a training's series, (readings,) each, NaN where a series was not read.
What divides by nothing is NaN, too.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Column = np.ndarray[Any, Any]
    Table = Mapping[str, Column]
    Derive = Callable[[Table, Mapping[str, Any]], Column | None]

TIERS = "tier_coverage."
"""Series of each tier's coverage, by its number."""
TAIL, CORE = "tail_over_core", "core_over_tail"
"""What the outermost tier's over that of the core is called, and the inverse."""


def derived(
    name: str, table: "Table", parameters: Mapping[str, Any]
) -> "Column | None":
    """One of DERIVED; None where what it is made of was not read.

    Args:
        table: by name, every series of a training.
        parameters: of the training.
    """
    return DERIVED[name](table, parameters) if name in DERIVED else None


def _over(over: "Column | None", under: "Column | None") -> "Column | None":
    """A quotient, NaN where it has no positive denominator."""
    import numpy as np

    if over is None or under is None:
        return None
    one, other = (np.asarray(each, np.float64) for each in (over, under))
    return one / np.where(np.isfinite(other) & (other > 0), other, np.nan)


def _ends(table: "Table") -> "tuple[Column | None, Column | None]":
    """Coverage of the core and of the outermost tier, where there are two."""
    tiers = [int(name.removeprefix(TIERS)) for name in table if name.startswith(TIERS)]
    if len(tiers) < 2:
        return None, None
    return table[f"{TIERS}{min(tiers)}"], table[f"{TIERS}{max(tiers)}"]


def _tail_over_core(table: "Table", parameters: Mapping[str, Any]) -> "Column | None":
    core, tail = _ends(table)
    return _over(tail, core)


def _core_over_tail(table: "Table", parameters: Mapping[str, Any]) -> "Column | None":
    core, tail = _ends(table)
    return _over(core, tail)


def _rotation(table: "Table", parameters: Mapping[str, Any]) -> "Column | None":
    """The largest imaginary part of the game's spectrum over its largest magnitude."""
    return _over(table.get("spectrum_imaginary_max"), table.get("spectrum_radius"))


def _discriminator_lead(
    table: "Table", parameters: Mapping[str, Any]
) -> "Column | None":
    """D's steps over G's, each relative to its weights, and D's turns counted."""
    steps = (table.get(f"{x}_update_ratio") for x in ("discriminator", "generator"))
    found = _over(*steps)
    turns = float(parameters.get("discriminator_steps") or 1)
    return None if found is None else found * turns


def _generator_lead(table: "Table", parameters: Mapping[str, Any]) -> "Column | None":
    """G's steps over D's: the inverse of D's lead."""
    import numpy as np

    lead = _discriminator_lead(table, parameters)
    return None if lead is None else _over(np.ones(len(lead)), lead)


def _relative_dimension(
    table: "Table", parameters: Mapping[str, Any]
) -> "Column | None":
    """Intrinsic dimension of the samples over that of the records."""
    return _over(table.get("sample_dimension"), table.get("record_dimension"))


DERIVED: "Mapping[str, Derive]" = {
    TAIL: _tail_over_core,
    CORE: _core_over_tail,
    "rotation": _rotation,
    "discriminator_lead": _discriminator_lead,
    "generator_lead": _generator_lead,
    "relative_dimension": _relative_dimension,
}
