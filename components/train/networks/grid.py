"""Which images a network that doubles or halves its grid fits."""

from components.train.networks import ShapeError


def coarsest(
    player: str, shape: tuple[int, ...], doublings: int, each: str
) -> tuple[int, int]:
    """Height and width of an image after so many halvings.

    Args:
        player: `generator` or `discriminator`.
        shape: of a record.
        doublings: how often the network doubles, or halves, height and width.
        each: what of `channels` stands for one doubling, for the message.

    Raises:
        ShapeError: if the shape is not an image's, or its sides do not divide.
    """
    factor = 2**doublings
    if len(shape) == 3 and shape[0] % factor == 0 and shape[1] % factor == 0:
        return shape[0] // factor, shape[1] // factor
    sides = shape[:2] if len(shape) == 3 else (1, 1)
    near = (*(-(-side // factor) * factor for side in sides), *(shape[2:] or (1,)))
    raise ShapeError(
        f"Invalid value for `{player}.channels`. Expected records of shape (height, "
        f"width, channels), height and width divisible by {factor} (2 for each of "
        f"{doublings} {each}), such as {near}. "
        f"Received: records of shape {shape}. "
        f"State fewer channels, resize in curate, or use {player} {{kind: mlp}}."
    )
