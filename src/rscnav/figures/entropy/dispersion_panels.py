"""Panels of rate dispersion: LM2 against LM1, and their difference with the null distributions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rscnav.analyses.result import Result
from rscnav.figures.style import CONTROL, GREY, PHASE_COLOURS

OBSERVED = "#0072B2"
ESTIMATES = {"": "plug-\nin", "_miller_madow": "Miller-\nMadow"}
CONTROLS = {"control": (CONTROL, "trials"), "phase_control": ("#E8D8A8", "phases")}


def by_phase(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw rate dispersion in LM2 against LM1. Small points: units (of one session); large points: sessions, with intervals."""
    if len(results) == 1:
        units = results[0]["LM1_units"], results[0]["LM2_units"]
        ax.plot(*units, "o", ms=1.8, mew=0, color=GREY, alpha=0.6, label="unit")
    for k, r in enumerate(results):
        one, two = float(r["LM1"]), float(r["LM2"])
        ax.plot([float(r["LM1_low"]), float(r["LM1_high"])], [two, two], color=OBSERVED, lw=0.8)
        ax.plot([one, one], [float(r["LM2_low"]), float(r["LM2_high"])], color=OBSERVED, lw=0.8)
        label = "session" if k == 0 else None
        ax.plot(one, two, "o", ms=4, color=OBSERVED, mec="white", mew=0.5, label=label, ls="none")
    low, high = min(ax.get_xlim()[0], ax.get_ylim()[0]), max(ax.get_xlim()[1], ax.get_ylim()[1])
    ax.plot([low, high], [low, high], color=GREY, lw=0.6, ls=":")
    ax.set(xlabel="LM1 (bits)", ylabel="LM2 (bits)", xlim=(low, high), ylim=(low, high))
    ax.xaxis.label.set_color(PHASE_COLOURS["LM1"])
    ax.yaxis.label.set_color(PHASE_COLOURS["LM2"])
    if legend:
        ax.set_ylim(low, high + 0.35 * (high - low))
        ax.legend(loc="upper left", handletextpad=0.1, borderaxespad=0.1).set_in_layout(False)


def differences(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw the difference LM1 − LM2 with its interval over trials, and the 95 % bands of both null distributions."""
    n = len(results)
    width = 0.8 / n
    for place, suffix in enumerate(ESTIMATES):
        for k, r in enumerate(results):
            x = place + (k - (n - 1) / 2) * width
            for side, (control, (colour, label)) in zip((-1, 1), CONTROLS.items(), strict=True):
                low, high = float(r[f"{control}_low{suffix}"]), float(r[f"{control}_high{suffix}"])
                shown = label if place == 0 and k == 0 else None
                ax.bar(x + side * 0.2 * width, high - low, 0.4 * width, low, color=colour, label=shown)
            ax.plot([x, x], [float(r[f"low{suffix}"]), float(r[f"high{suffix}"])], color=OBSERVED, lw=1.0)
            ax.plot(x, float(r[f"difference{suffix}"]), "o", ms=4 if n == 1 else 2.5, color=OBSERVED)
    ax.axhline(0, color="black", lw=0.5)
    ax.set(ylabel="difference (bits)", xlim=(-0.55, 1.55), xticks=range(len(ESTIMATES)))
    ax.set_xticklabels(ESTIMATES.values())
    if n == 1 and np.isfinite(results[0]["excess"]):
        r = results[0]
        ax.set_xlabel(f"excess {float(r['excess']):+.3f}\np = {float(r['phase_control_p']):.2g}")
    if legend:
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.55 * (high - low))
        head: Any = {"title": "shuffle of:", "title_fontsize": 6, "alignment": "left"}
        box = ax.legend(loc="upper left", handlelength=0.8, handletextpad=0.4, borderaxespad=0.1, **head)
        box.set_in_layout(False)
