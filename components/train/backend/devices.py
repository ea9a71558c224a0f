"""What the `Devices` of both backends have in common.

A backend's class divides a batch over its devices in that backend's way. On JAX the
program is one: `divided` says that a tensor's first axis lies across the devices, and
the compiler divides what is computed of it, statistics of a whole batch included. On
TensorFlow `averaged` works through the batch's parts, one a device, and takes the mean;
it knows nothing of what one part would have to know of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class DeviceError(RuntimeError):
    """There are fewer devices than a training asks for."""


class DeviceMemoryError(RuntimeError):
    """A device's memory does not hold a batch; the message says which it would."""


@dataclass(frozen=True)
class Part:
    """A part of each batch: the `index`-th of `count` equal ones."""

    index: int = 0
    count: int = 1

    def of(self, batch: Any) -> Any:
        """This part of a whole batch (n, …), (n / count, …)."""
        if self.count == 1:
            return batch
        size = batch.shape[0] // self.count
        return batch[self.index * size : (self.index + 1) * size]


WHOLE = Part()


@dataclass(frozen=True)
class Facts:
    """What the telemetry says of devices.

    Attributes:
        kind: `cpu` or `gpu`.
        name: the GPU's model; of a CPU its kind, since the arithmetic is the same.
        count: of devices that the training used.
    """

    kind: str
    name: str
    count: int


def first(found: Sequence[Any], count: int, kind: str, more: str) -> list[Any]:
    """The first `count` of the devices that were found.

    Args:
        kind: `cpu` or `gpu`, for the message.
        more: how this backend can be made to see several CPUs.

    Raises:
        DeviceError: if there are not as many.
    """
    if len(found) >= count:
        return list(found[:count])
    hint = f", or {more}" if kind == "cpu" else ""
    raise DeviceError(
        f"Invalid value for `devices`. Expected at most {len(found)}, as many as this "
        f"process sees ({kind}). Received: {count}. Set `devices` to {len(found)}, run "
        f"where there are more{hint}."
    )
