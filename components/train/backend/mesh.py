"""JAX's devices: one program over a mesh, the batch along its only axis."""

from collections.abc import Callable
from typing import Any

import jax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from components.train.backend.devices import WHOLE, Facts, Part, first

AXIS = "batch"


class Devices:
    """The devices of a training.

    Args:
        count: how many.

    Raises:
        DeviceError: if there are not as many.
    """

    def __init__(self, count: int = 1) -> None:
        self.kind = "cpu" if jax.default_backend() == "cpu" else "gpu"
        hint = f"set XLA_FLAGS=--xla_force_host_platform_device_count={count}"
        self.found = first(jax.devices(), count, self.kind, hint)
        self.whole: NamedSharding | None = None
        if count > 1:
            mesh = Mesh(self.found, (AXIS,))
            self.whole = NamedSharding(mesh, PartitionSpec())
            self.parts = NamedSharding(mesh, PartitionSpec(AXIS))

    @property
    def facts(self) -> Facts:
        return Facts(self.kind, str(self.found[0].device_kind), len(self.found))

    def divided(self, batch: Any) -> Any:
        """A batch (n, …) in a traced function, each device holding its part of it."""
        if self.whole is None:
            return batch
        return jax.lax.with_sharding_constraint(batch, self.parts)

    def everywhere(self, tree: Any) -> Any:
        """Arrays of which each device holds a copy; those that it holds stay."""
        return tree if self.whole is None else jax.device_put(tree, self.whole)

    def averaged(self, function: Callable[[Part], Any]) -> Any:
        """`function` of the whole batch: it is the compiler that divides it."""
        return function(WHOLE)
