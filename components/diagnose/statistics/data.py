"""Statistics of the data that training saw."""

from components.diagnose.readings import Readings, finite
from components.diagnose.statistics import Reading, statistic

LEAST = 1e-3
"""Of one share over another: what is less stands for none."""


@statistic("copies", "high", worst=1.0)
def copies(readings: Readings) -> Reading | None:
    """Share of the training records that are exact copies of another one."""
    value = finite((readings.info.get("data") or {}).get("duplicates"))
    return None if value is None else Reading(value)


@statistic(
    "rarest_class",
    "low",
    scale="log",
    absent="records have neither labels nor known modes, or no holdout",
)
def rarest_class(readings: Readings) -> Reading | None:
    """Least share of a class among training records over its share held out.

    Records without labels are of the known mode that they are nearest to. What is rare
    in both is a property of the data; what is rarer in one of them was lost. The test
    is of whether both can be of one distribution.
    """
    skew = (readings.info.get("data") or {}).get("rarest_class") or {}
    value, p_value = finite(skew.get("rarest")), finite(skew.get("p_value"))
    return None if value is None else Reading(max(value, LEAST), p_value=p_value)


@statistic("rejected", "high", worst=1.0, absent="nobody says what curation left out")
def rejected(readings: Readings) -> Reading | None:
    """Share of the records read that curation left out as unfit, not as copies."""
    value = finite((readings.info.get("data") or {}).get("rejected"))
    return None if value is None else Reading(value)
