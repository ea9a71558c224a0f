"""Plain words for ids, values and counts."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from components.report.prescriptions import scalar
from components.report.svg import DASH, MINUS, number
from components.run import CASE

TITLES = {
    "mode_collapse": "Mode collapse",
    "low_fidelity": "Implausible samples",
    "no_learning": "No learning",
    "oscillation": "Oscillation",
    "divergence": "Divergence",
    "tail_neglect": "Neglected tail",
    "memorization": "Memorized training data",
    "misleading_metric": "A metric that misleads",
    "vanishing_gradient": "Vanishing gradient",
    "batch_norm_leakage": "Batch-norm leakage",
    "rotational_dynamics": "Rotating players",
    "flat_diversity": "No slope towards diversity",
    "gradient_noise": "Noisy gradients",
    "missing_curriculum": "Hard outliers from the start",
    "lipschitz_violation": "Critic too steep",
    "player_imbalance": "Unbalanced players",
    "insufficient_capacity": "Too little capacity",
    "step_size_too_large": "Steps too large",
    "numerical_overflow": "Numerical overflow",
    "data_fault": "Faulty data",
    "f8": "F8, for recall",
    "f_eighth": "F1/8, for precision",
    "frechet_distance": "Fréchet distance",
    "frechet_distance_infinite": "Fréchet distance, extrapolated",
    "reverse_kl": "Reverse KL",
    "train_nearest_share": "Share nearest to training records",
    "mode_spread": "Spread within modes",
    "class_spread": "Spread within classes",
    "tail_coverage": "Coverage of the outermost tier",
    "duplicate_pairs": "Pairs of near-duplicates",
    "support": "Size of the support",
    "sliced_wasserstein_distance": "Sliced Wasserstein distance",
    "two_sample_accuracy": "Two-sample accuracy",
    "discriminator_auc": "Discriminator's AUC",
    "batch_leak": "AUC owed to batch-mates",
    "batch_coupling": "Coupling to batch-mates",
    "transmission": "Gradient passed on",
    "sample_gradient_norm": "Gradient at the samples",
    "score_gradient_norm": "Slope of the score",
    "score_real_mean": "Score of real records",
    "score_generated_mean": "Score of generated samples",
    "nonfinite_count": "Non-finite steps",
    "radius": "Radius",
    "eigenvalue_real": "Eigenvalue, real part",
    "eigenvalue_imaginary": "Eigenvalue, imaginary part",
    "generator_gradient": "Gradient at the samples",
    "generator_gradient_at_start": "Gradient before training",
}

VERDICTS = {
    "failed": ("fail", "✕", "failed"),
    "healthy": ("ok", "✓", "healthy"),
    "undetermined": ("open", "?", "undetermined"),
    "measured": ("ok", "=", "measured"),
}


def title(name: str) -> str:
    """An id as a heading."""
    words = name.replace("_", " ").strip()
    return TITLES.get(name) or words[:1].upper() + words[1:]


def value(given: Any) -> str:
    """A parameter's value; a part that is its kind alone is named by it."""
    if isinstance(given, Mapping) and set(given) == {"kind"}:
        return str(given["kind"])
    if isinstance(given, Mapping) and not given:
        return "none"
    return scalar(given)


def point(given: Mapping[str, Any]) -> str:
    """A point of the matrix in few words: last names of addresses, values, the seed."""
    given = dict(sorted(given.items(), key=lambda item: item[0] == "seed"))
    names = [address.rpartition(".")[2] for address in given]
    clear = len(set(names)) == len(names)
    parts = (
        f"{name if clear else address} {value(stated)}"
        for name, (address, stated) in zip(names, given.items(), strict=True)
    )
    return ", ".join(parts)


def setting(given: Mapping[str, Any]) -> str:
    """A variant's point: a case by its name alone, and the rest as of `point`."""
    rest = {address: stated for address, stated in given.items() if address != CASE}
    return ", ".join(filter(None, (str(given.get(CASE) or ""), point(rest))))


def change(to: Mapping[str, Any], of: Mapping[str, Any]) -> str:
    """One value against another: `none against batch`; of several, with names."""
    if len(to) == 1:
        return " against ".join(value(given) for (given,) in (to.values(), of.values()))
    return f"{point(to)} against {point(of)}"


def signed(given: float | None) -> str:
    """A difference: `+0.41`."""
    return f"+{number(given)}" if given is not None and given > 0 else number(given)


def span(interval: Sequence[float] | None, shown: Callable[[float], str]) -> str:
    """`0.33 to 0.49`; with more digits where the ends would look the same."""
    if interval is None:
        return DASH
    ends = [shown(bound) for bound in interval]
    if ends[0] == ends[1] and interval[0] != interval[1]:
        form = "+.6g" if shown is signed else ".6g"
        ends = [format(bound, form).replace("-", MINUS) for bound in interval]
    return " to ".join(ends)


def percent(confidence: float) -> str:
    """`95 %`."""
    return f"{100 * confidence:.4g} %"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 seed`, `2 seeds`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """`a, b and c`; beyond `most`, `a, b and 3 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def sentence(titles: Sequence[str]) -> str:
    """Titles as one: `Mode collapse and implausible samples`."""
    return listed([t if not i else t[:1].lower() + t[1:] for i, t in enumerate(titles)])


def short(given: Any, most: int = 300) -> str:
    """Any JSON value as a line."""
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= most else f"{text[: most - 1]}…"
