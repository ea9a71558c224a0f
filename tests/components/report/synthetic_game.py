"""Synthetic readings of the game itself: a known spectrum, noise scale and path."""

import numpy as np

SCALES = {"generator": 400.0, "discriminator": 60.0}
"""Noise scales, in records, of the two players."""
BATCH = 64


def game_series(steps: np.ndarray, failing: bool) -> dict[str, np.ndarray]:
    """By name a column as long as `steps`, NaN where a probe does not read."""
    rng = np.random.default_rng(7)
    count = len(steps)
    rare = np.full(count, np.nan)
    rare[np.linspace(0, count - 1, 5).round().astype(int)[1:]] = 1.0
    few = np.where(np.arange(count) % 3 == 0, 1.0, np.nan)
    return (
        _spectrum(rng, rare, failing)
        | _angle(rare, failing)
        | _noise(rng, rare)
        | _positions(rng, count, failing)
        | _coverage(rng, few, failing)
    )


def _spectrum(rng, rare, failing):
    grown = rare * np.linspace(1, 6, len(rare))
    values = [(-0.2, 1.0), (-0.6, 0.0), (0.15, 0.5)]
    if not failing:
        values = [(-1.0, 0.15), (-0.7, 0.0), (-0.3, 0.1)]
    found = {}
    for rank, (real, imaginary) in enumerate(values):
        noise = rng.normal(0, 0.05, len(rare))
        found[f"eigenvalue_real_{rank}"] = grown * (real + noise)
        found[f"eigenvalue_imaginary_{rank}"] = grown * imaginary
    return found


def _angle(rare, failing):
    found = {}
    late = np.linspace(0.6, 1, len(rare))
    for place in np.linspace(-0.1, 1.1, 13):
        crossing = 0.9 * np.tanh(4 * (1 - place))
        bump = 0.7 * np.exp(-(((place - 1) / 0.2) ** 2))
        value = bump if failing else crossing
        found[f"path_cosine.{place:.1f}"] = rare * late * value
    return found


def _noise(rng, rare):
    found = {}
    for name, scale in SCALES.items():
        for times in (1, 2, 4):
            agreed = 1 / (1 + scale / (BATCH * times))
            found[f"{name}_gradient_cosine_{times}"] = rare * (
                agreed + rng.normal(0, 0.02, len(rare))
            )
        square = np.linspace(2, 1, len(rare))
        found[f"{name}_gradient_square"] = rare * square
        found[f"{name}_gradient_variance"] = rare * square * scale
    return found


def _positions(rng, count, failing):
    time = np.linspace(0, 1, count)
    turn = 2 * np.pi * (3 if failing else 0.3) * time
    radius = 1 - 0.6 * time
    plane = np.stack([radius * np.cos(turn), radius * np.sin(turn)])
    found = {}
    for name in ("generator", "discriminator"):
        mixing = rng.normal(size=(6, 2))
        for index, column in enumerate(mixing @ plane):
            noise = rng.normal(0, 0.02, count)
            found[f"{name}_coordinate_{index}"] = column + noise
    return found


def _coverage(rng, few, failing):
    time = np.linspace(0, 1, len(few))
    good = 1 - np.exp(-5 * time)
    bad = np.where(time < 0.4, good, 0.4)
    level = bad if failing else good
    found = {"modes_captured": few * level, "mode_spread": few * (1.3 - 0.5 * time)}
    for tier in range(3):
        found[f"tier_coverage.{tier}"] = few * level * (1 - 0.2 * tier)
    found["class_coverage"] = few * np.clip(level + rng.normal(0, 0.03), 0, 1)
    return found
