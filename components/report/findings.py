"""Findings: which trials show the same thing, and which of them to draw."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Trial = Mapping[str, Any]


def failing(trial: Trial) -> bool:
    """Whether the samples show something wrong, its cause known or not."""
    return trial["failed"] is None and (
        trial["verdict"] == "failed" or bool(trial["symptoms"])
    )


def finding(trial: Trial) -> str:
    """What a trial shows: its first cause, else its first symptom, else its verdict."""
    if trial["failed"] is not None:
        return "stage"
    for group in ("causes", "symptoms"):
        if trial[group]:
            return f"{group}:{trial[group][0]['id']}"
    return f"verdict:{trial['verdict']}"


def severity(trial: Trial) -> float:
    """Of the worst symptom, 0 where there is none."""
    return max((s.get("severity") or 0.0 for s in trial["symptoms"]), default=0.0)


def variant(trial: Trial) -> dict[str, Any]:
    """The trial's point without its seed."""
    return {name: v for name, v in trial["point"].items() if name != "seed"}


def key(value: Any) -> str:
    """Equal for equal JSON values, usable in a dict."""
    return json.dumps(value, sort_keys=True)


def choose(trials: Sequence[Trial], most: int) -> set[str]:
    """Ids of the trials to draw.

    The worst trial of each (finding, variant) goes first, findings in order of
    severity, then the second of each, and so on.
    """
    ranks: dict[tuple[str, str], int] = {}
    queue: list[tuple[int, float, int, str]] = []
    alive = [trial for trial in trials if trial["failed"] is None]
    order = sorted(range(len(alive)), key=lambda i: -severity(alive[i]))
    for position in order:
        trial = alive[position]
        group = (finding(trial), key(variant(trial)))
        ranks[group] = ranks.get(group, -1) + 1
        queue.append((ranks[group], -severity(trial), position, trial["id"]))
    # A run whose failing trials fill the page still shows what healthy looks like.
    chosen = [entry[3] for entry in sorted(queue)][:most]
    healthy = [trial["id"] for trial in alive if not failing(trial)]
    if most > 1 and healthy and not set(chosen) & set(healthy):
        chosen[-1] = healthy[0]
    return set(chosen)
