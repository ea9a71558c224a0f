"""Values of parameters: found by their address, and compared with what is stated."""

from collections.abc import Mapping
from typing import Any


def lookup(parameters: Mapping[str, Any], address: str) -> Any:
    """The value at `<stage>.<path>`; a number in a path counts into a list.

    Raises:
        KeyError: if there is none.
    """
    value: Any = parameters
    for name in address.split("."):
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list | tuple) and name.isdigit():
            if int(name) >= len(value):
                raise KeyError(address)
            value = value[int(name)]
        else:
            raise KeyError(address)
    return value


def same(expected: Any, value: Any) -> bool:
    """Equal; of a mapping only what is expected has to be there.

    A part that is stated by its kind alone thus matches its filled-in parameters.
    """
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and same(item, value[key]) for key, item in expected.items()
        )
    if isinstance(expected, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(expected) == len(value)
            and all(same(a, b) for a, b in zip(expected, value, strict=True))
        )
    if isinstance(expected, bool) or isinstance(value, bool):
        return expected is value
    return bool(expected == value)
