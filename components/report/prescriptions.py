"""Prescriptions: from paths inside training's parameters to addresses of the spec."""

import json
import re
import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from components.matching import lookup
from components.run import CASE, RunInfo, TrialInfo

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def trained_stage(run: RunInfo) -> str:
    """The stage that made the telemetry which our diagnoses were made from.

    Follows the wiring: what feeds `telemetry` of what feeds our `diagnoses`. A stage
    of the user's own may sit between; then the first stage that anything calls
    `telemetry` is taken, and "train" where there is none.
    """
    diagnose = run.wiring.get(run.stage, {}).get("diagnoses")
    found = run.wiring.get(diagnose[0], {}).get("telemetry") if diagnose else None
    if found is None:
        telemetry = [w["telemetry"] for w in run.wiring.values() if "telemetry" in w]
        found = telemetry[0] if telemetry else None
    return found[0] if found else "train"


def addressed(
    run: RunInfo, stage: str, trial: TrialInfo, cause: Mapping[str, Any]
) -> dict[str, Any]:
    """A cause (or risk) of `diagnosis.json`, its prescriptions made addresses.

    `prescription` is the first of `prescriptions`, or None. Each has `set` (address
    to value), `old` (address to present value, None where unset), `where` (the
    `file:line` of the first address), `places` (of every one), `why`, `command` and
    `repeated`: the run's own `--set`s that must stand before it, so that nothing else
    changes.
    """
    given = cause.get("prescriptions") or []
    made = [_prescription(run, stage, trial, item) for item in given]
    rest = {name: cause[name] for name in cause if name != "prescriptions"}
    return {
        **rest,
        "prescription": made[0] if made else None,
        "prescriptions": made,
    }


def _prescription(
    run: RunInfo, stage: str, trial: TrialInfo, given: Mapping[str, Any]
) -> dict[str, Any]:
    changes = {f"{stage}.{path}": value for path, value in given["set"].items()}
    places = {address: run.where(address, trial) for address in changes}
    # Of many cases the changed one alone is run again.
    chosen = {} if trial.case is None else {CASE: trial.case}
    kept = pinned(trial, changes)
    return {
        "set": changes,
        "old": {address: _old(trial, address) for address in changes},
        "where": next(iter(places.values()), run.where("", trial)),
        "places": places,
        "in_matrix": any(address in trial.point for address in [*changes, *kept]),
        "why": given.get("why", ""),
        "command": command(chosen | kept | changes),
        "repeated": _repeated(run, chosen | kept | changes),
    }


def pinned(trial: TrialInfo, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What keeps a matrix from undoing changes: axes of a trial, each at one value.

    An axis inside what is changed would be put over the change again: it is set to what
    the change has there. An axis that the change is inside of may have values that the
    change does not fit: it is set to the trial's own.
    """
    found = {}
    for axis, present in trial.point.items():
        for address, value in changes.items():
            if axis.startswith(f"{address}.") and isinstance(value, Mapping):
                with suppress(KeyError):
                    found[axis] = lookup(value, axis.removeprefix(f"{address}."))
            elif address.startswith(f"{axis}."):
                found[axis] = present
    return found


def _old(trial: TrialInfo, address: str) -> Any:
    try:
        return lookup(trial.parameters, address)
    except KeyError:
        return None


def _repeated(run: RunInfo, changes: Mapping[str, Any]) -> str:
    """The run's own `--set`s but those that the changes replace."""
    own = []
    for text in run.overrides:
        address = text.partition("=")[0].strip()
        parents = [address[:end] for end, at in enumerate(address) if at == "."]
        if not any(each in changes for each in [*parents, address]):
            own.append(f"--set {shlex.quote(text)}")
    return " ".join(own)


def command(changes: Mapping[str, Any]) -> str:
    """Changes in the words of `--set`, safe to paste into a shell."""
    return " ".join(
        f"--set {shlex.quote(f'{address}={scalar(value)}')}"
        for address, value in changes.items()
    )


def scalar(value: Any) -> str:
    """A value as YAML's flow style: plain where plain text is read back as text."""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value if value.lower() not in NOT_TEXT else json.dumps(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key}: {scalar(item)}" for key, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(scalar, value))}]"
    return json.dumps(value)
