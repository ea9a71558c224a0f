"""What a reader must know before believing the metrics, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report import words
from components.report.view import label

Trial = Mapping[str, Any]


def caveats(trials: Sequence[Trial]) -> list[dict[str, str]]:
    """Every caveat once, and the trials that it is about: [{text, on}]."""
    found: dict[str, list[str]] = {}
    for trial in trials:
        for text in (*_withdrawn(trial), *_clusters(trial), *_features(trial)):
            found.setdefault(text, []).append(label(trial))
    return [
        {"text": text, "on": words.listed(on) if len(on) < len(trials) else ""}
        for text, on in found.items()
    ]


def _withdrawn(trial: Trial) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for name, metric in trial["metrics"].items():
        if metric.get("withdrawn"):
            reasons.setdefault(metric["withdrawn"], []).append(words.title(name))
    return [
        f"Withdrawn: {reason}. So there is no {words.listed(names, len(names))}."
        for reason, names in reasons.items()
    ]


def _clusters(trial: Trial) -> list[str]:
    clusters = trial.get("clusters")
    if not clusters:
        return []
    if clusters["number"] == 1:
        return ["The data have no labels, and no clusters that stand apart."]
    return [
        f"The classes are no labels: they are {clusters['number']} clusters of the "
        f"training records' features, as many as the {clusters['criterion']} says, "
        f"{clusters['most']} at most."
    ]


def _features(trial: Trial) -> list[str]:
    features = trial.get("features") or {}
    told = [features["note"]] if features.get("note") else []
    accuracy = features.get("accuracy")
    if accuracy is not None and not _withdrawn(trial):
        told.append(
            f"The classifier behind the features is right on {accuracy:.0%} of "
            "held-back records."
        )
    return told
