"""What the page draws of the samples of a trial: pictures, a slider, shares. Pure."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from components.report.plots.scatter import scatter
from components.report.svg import number
from components.report.view import label, role

Trial = Mapping[str, Any]


def picture(shown: Mapping[str, Any] | None, real: Any, label: str) -> Markup | None:
    """Samples as a picture or a scatter (over `real` points), None without any."""
    if not shown:
        return None
    if "points" in shown:
        drawn = scatter(real or [], shown["points"], label, real or None)
        return drawn if shown["points"] or real else None
    tiles = shown["picture"]
    height, width = tiles["size"]
    size = Markup('width="{}" height="{}"').format(width, height)
    tag = '<img class="tiles" alt="{}" {} src="data:image/png;base64,{}">'
    return Markup(tag).format(label, size, tiles["png"])


def final(trial: Trial) -> dict[str, Any]:
    """Real records and samples of the end, beside each other."""
    figures = trial["figures"]
    real = (figures["real"] or {}).get("points")
    generated = picture(
        figures["generated"], real, f"Generated samples, {label(trial)}"
    )
    shown = picture(figures["real"], None, "Real records") if not real else None
    return {
        "label": label(trial),
        "role": role(trial),
        "generated": generated,
        "real": shown,
    }


def slider(trial: Trial) -> list[dict[str, Any]]:
    """Samples over training: one frame a snapshot."""
    figures = trial["figures"]
    real = (figures["real"] or {}).get("points")
    frames = []
    for frame in figures["frames"]:
        step = number(frame["step"])
        shown = picture(
            frame, real, f"Generated samples at step {step}, {label(trial)}"
        )
        if shown is not None:
            frames.append({"step": step, "shown": shown})
    return frames


def shares(trial: Trial) -> dict[str, Any] | None:
    """Modes, classes or clusters: what share of samples each gets, and should get."""
    for name, real in (("modes", "weight"), ("classes", "real_share")):
        rows = trial.get(name)
        if not rows:
            continue
        top = max(
            [r.get("share") or 0 for r in rows] + [r.get(real) or 0 for r in rows]
        )
        bars = [
            {
                "name": str(r.get("name") or r.get("index")),
                "share": f"{r.get('share') or 0:.1%}",
                "real": f"{r.get(real) or 0:.1%}",
                "height": round(100 * (r.get("share") or 0) / (top or 1), 1),
                "real_height": round(100 * (r.get(real) or 0) / (top or 1), 1),
                "captured": bool(r.get("captured", True)),
            }
            for r in rows[:100]
        ]
        missing = sum(not r.get("captured", True) for r in rows)
        one = "mode" if name == "modes" else "class"
        kind = "cluster" if one == "class" and trial.get("clusters") else one
        return {"kind": kind, "bars": bars, "missing": missing, "of": len(rows)}
    return None
