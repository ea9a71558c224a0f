"""Expectations: what the spec's `expect` claims, against what the trials showed."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.report.prescriptions import scalar
from components.run import ExpectationInfo, TrialInfo

NAMED = 6


def judge(
    expectation: ExpectationInfo,
    infos: Sequence[TrialInfo],
    trials: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """One entry of `expectations`.

    Met if at least one trial matches `when` and every one that does shows what is
    claimed; `detail` names those that do not, and what they showed instead. A cause is
    shown where the verdict is `failed` and it is the likeliest; of several that are
    claimed one has to be the likeliest, and all have to be found.
    """
    pairs = [
        (info, trial)
        for info, trial in zip(infos, trials, strict=True)
        if expectation.selects(info)
    ]
    unmet = [(info, trial) for info, trial in pairs if not _shows(expectation, trial)]
    return {
        "when": dict(expectation.when),
        "claims": dict(expectation.claims),
        "where": expectation.where,
        "met": bool(pairs) and not unmet,
        "trials": [info.id for info, _ in pairs],
        "unmet": [info.id for info, _ in unmet],
        "detail": _detail(len(pairs), unmet),
    }


def _shows(expectation: ExpectationInfo, trial: Mapping[str, Any]) -> bool:
    if trial["failed"] is not None:
        return False
    claims = {claim: _ids(value) for claim, value in expectation.claims.items()}
    causes = [cause["id"] for cause in trial["causes"]]
    # One of many rivals, or a likeliest one that is not determined, is no finding.
    if "cause" in claims and (
        trial["verdict"] != "failed" or not {*causes[:1]} & claims["cause"]
    ):
        return False
    shown = {
        "verdict": {trial["verdict"]},
        "cause": set(causes),
        "symptom": {symptom["id"] for symptom in trial["symptoms"]},
        "agreement": {
            name for name, one in trial.get("measurements", {}).items() if one["agrees"]
        },
    }
    return all(
        bool(wanted) and wanted <= shown.get(claim, set())
        for claim, wanted in claims.items()
    )


def _ids(value: Any) -> set[str]:
    return {str(v) for v in value} if isinstance(value, list | tuple) else {str(value)}


def _detail(matched: int, unmet: Sequence[tuple[TrialInfo, Mapping[str, Any]]]) -> str:
    if not matched:
        return "No trial matches."
    if not unmet:
        return f"Holds on {matched} of {matched} matching trials."
    named = "; ".join(f"{_point(i)} showed {showed(t)}" for i, t in unmet[:NAMED])
    more = f"; and {len(unmet) - NAMED} more" if len(unmet) > NAMED else ""
    return f"Fails on {len(unmet)} of {matched} matching trials: {named}{more}."


def _point(info: TrialInfo) -> str:
    stated = ", ".join(f"{name} {scalar(value)}" for name, value in info.point.items())
    return stated or info.id


def showed(trial: Mapping[str, Any]) -> str:
    """What a trial showed, in a line: verdict, symptoms, causes."""
    if trial["failed"] is not None:
        return f"no result ({trial['failed']})"
    found = [item["id"] for item in (*trial["symptoms"], *trial["causes"])]
    found += [
        f"{name} {one['measured']}, not {one['closed_form']}"
        for name, one in trial.get("measurements", {}).items()
        if one["agrees"] is False
    ]
    return f"{trial['verdict']} ({', '.join(found)})" if found else trial["verdict"]
