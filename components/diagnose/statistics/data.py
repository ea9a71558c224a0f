"""Statistics of the data that training saw."""

from components.diagnose.readings import Readings, finite
from components.diagnose.statistics import Reading, statistic


@statistic("copies", "high", worst=1.0)
def copies(readings: Readings) -> Reading | None:
    """Share of the training records that are exact copies of another one."""
    value = finite((readings.info.get("data") or {}).get("duplicates"))
    return None if value is None else Reading(value)
