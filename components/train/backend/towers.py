"""TensorFlow's devices: in one graph a tower a device, each with its part of the batch.

What is a mean over the batch is the mean over the parts, which are equal; so losses
and gradients are those of the whole batch, up to the order of summation. Variables are
held by the first device, from which the others read them in every step.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from components.train.backend.devices import WHOLE, Facts, Part, first


class Devices:
    """The devices of a training.

    Args:
        count: how many.

    Raises:
        DeviceError: if there are not as many.
    """

    def __init__(self, count: int = 1) -> None:
        self.gpus = tf.config.list_physical_devices("GPU")
        self.kind = "gpu" if self.gpus else "cpu"
        found = tf.config.list_logical_devices(self.kind.upper())
        hint = "divide the CPU with tf.config.set_logical_device_configuration"
        self.found = first(found, count, self.kind, hint)

    @property
    def facts(self) -> Facts:
        name = self.kind
        if self.gpus:
            details = tf.config.experimental.get_device_details(self.gpus[0])
            name = str(details.get("device_name", name))
        return Facts(self.kind, name, len(self.found))

    def divided(self, batch: Any) -> Any:
        """The batch as it is: `averaged` has divided it."""
        return batch

    def averaged(self, function: Callable[[Part], Any]) -> Any:
        """The mean, tensor by tensor, of `function(part)` over the batch's parts."""
        count = len(self.found)
        if count == 1:
            return function(WHOLE)
        told = []
        for index, device in enumerate(self.found):
            with tf.device(device.name):
                told.append(function(Part(index, count)))
        return tf.nest.map_structure(lambda *each: tf.add_n(each) / count, *told)
