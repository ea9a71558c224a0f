"""Seeds derived from the trial's one seed."""

import hashlib


def derive(seed: int, purpose: str) -> int:
    """A seed in [0, 2³¹) for one purpose, unrelated to every other purpose's."""
    digest = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
