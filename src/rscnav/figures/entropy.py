"""Figure `entropy`: tuning curves, their entropy, and the dispersion of rates with one landmark met and with two."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rscnav.analyses.result import Result
from rscnav.figures.layout import Row, empty_panel, panel_letters, row_label
from rscnav.figures.style import CONTROL, GREY, PHASE_COLOURS, Canvas

ANALYSES = ("tuning", "dispersion")
FIELDS: tuple[str, ...] = ()
TITLES = ("Tuning curves", "Tuning entropy", "Dispersion of rates", "LM1 - LM2")
OBSERVED = "#0072B2"
ESTIMATES = {"": "plug-in", "_mm": "Miller-\nMadow"}
CONTROLS = {"control": (CONTROL, "behaviour permuted"), "phase_control": ("#E8D8A8", "phases permuted")}


def draw(rows: Sequence[Row], canvas: Canvas) -> Figure:
    """Draw a row a session, or a row a kind with its members overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 47, gridspec_kw={"width_ratios": [1, 1.15, 1, 1]})
    explained: set[str] = set()
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        tuning = [r for r in row.results("tuning") if np.isfinite(r["entropy"]).any()]
        dispersion = row.results("dispersion")
        if tuning:
            _curves(figure, panels[0], tuning)
            _entropies(panels[1], tuning, legend="tuning" not in explained)
            explained.add("tuning")
        if dispersion and any(np.isfinite(r["difference"]) for r in dispersion):
            _by_phase(panels[2], dispersion, legend="dispersion" not in explained)
            _differences(panels[3], dispersion, legend="dispersion" not in explained)
            explained.add("dispersion")
        else:
            reason = row.reason("dispersion") or dispersion[0].notes.get("LM1", "no difference")
            _empty(panels[2:], reason)
        if not tuning:
            undefined = "no unit has an entropy"
            notes = [r.notes.get("entropy", undefined) for r in row.results("tuning")]
            _empty(panels[:2], row.reason("tuning") or notes[0])
    for panel, title in zip(axes[0], TITLES, strict=True):
        panel.set_title(title)
    panel_letters(axes[0])
    return figure


def _empty(panels: Sequence[Axes], reason: str) -> None:
    for panel in panels:
        empty_panel(panel, reason)


def _curves(figure: Figure, ax: Axes, results: Sequence[Result]) -> None:
    """Each unit's mean rate by angle, over its range, units sorted by preferred angle; all members' units together."""
    curves = np.concatenate([r["tuning_curves"][np.isfinite(r["entropy"])] for r in results])  # without silent units
    known = np.where(np.isfinite(curves), curves, np.inf)
    lowest = np.min(known, axis=1, keepdims=True)
    known = np.where(np.isfinite(curves), curves, -np.inf)
    span = np.max(known, axis=1, keepdims=True) - lowest
    scaled = np.divide(curves - lowest, span, out=np.full(curves.shape, np.nan), where=np.isfinite(span) & (span > 0))
    centre = results[0]["bin_centres"]
    weights = np.where(np.isfinite(scaled), scaled, 0)
    order = np.lexsort((np.arctan2(weights @ np.sin(centre), weights @ np.cos(centre)), np.argmax(weights, axis=1)))
    image = ax.imshow(
        scaled[order], aspect="auto", cmap="magma", vmin=0, vmax=1, interpolation="nearest",
        extent=(-np.pi, np.pi, len(order), 0),
    )  # fmt: skip
    bar = figure.colorbar(image, ax=ax, fraction=0.06, pad=0.02, ticks=[0, 1])
    bar.ax.set_yticklabels(["min", "max"])
    words = results[0].notes["angle"]
    label = "heading (rad)" if words == "heading" else "displacement since\nlast landmark (rad)"
    ax.set(xlabel=label, ylabel="unit (sorted)", xticks=[-np.pi, 0, np.pi])
    ax.set_xticklabels(["-π", "0", "π"])


def _entropies(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Cumulative share of units by entropy, observed and in the control; above, means with their intervals."""
    highest = np.log2(results[0]["tuning_curves"].shape[1])
    for keys, colour, label in (
        (("control_mean", "control_low", "control_high"), GREY, "control"),
        (("entropy_compared",), OBSERVED, "observed"),  # on the same samples as the control
    ):
        for r in results:
            values, *band = (np.sort(r[key][np.isfinite(r[key])]) for key in keys)
            share = (np.arange(len(values)) + 1) / max(len(values), 1)
            alone = len(results) == 1
            ax.plot(values, share, color=colour, lw=1.2 if alone else 0.5, alpha=1 if alone else 0.6)
            if len(band) == 2 and alone:
                ax.fill_betweenx(share, band[0], band[1], color=colour, alpha=0.3, lw=0)
        if len(results) > 1:
            pooled = np.sort(np.concatenate([r[keys[0]][np.isfinite(r[keys[0]])] for r in results]))
            ax.plot(pooled, (np.arange(len(pooled)) + 1) / max(len(pooled), 1), color=colour, lw=1.3)
        ax.plot([], [], color=colour, lw=1.2, label=label)
        height, prefix = (1.08, "control_") if label == "control" else (1.16, "")
        for r in results:
            low, high = float(r[f"{prefix}mean_entropy_low"]), float(r[f"{prefix}mean_entropy_high"])
            ax.plot([low, high], [height] * 2, color=colour, lw=1.0)
            ax.plot(float(r[f"{prefix}mean_entropy"]), height, "o", color=colour, ms=3)
    ax.axvline(highest, color="black", lw=0.6, ls=":")
    n_tuned = sum(int(r["n_tuned"]) for r in results)
    n = sum(int(np.isfinite(r["p"]).sum()) for r in results)
    ax.set(ylabel="cumulative share of units", ylim=(0, 1.22), yticks=[0, 0.5, 1])
    ax.set_xlabel(f"entropy (bit); dotted: log₂ {2**highest:.0f}\n{n_tuned} of {n} units with p ≤ 0.05")
    if legend:
        ax.legend(loc="center left", handlelength=1, borderaxespad=0.2)


def _by_phase(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Dispersion in LM2 against LM1: small points are units (of one session), large ones sessions."""
    if len(results) == 1:
        ax.plot(
            results[0]["LM1_units"], results[0]["LM2_units"], "o", ms=1.8, mew=0, color=GREY, alpha=0.6, label="unit"
        )
    means = np.array([(r["LM1"], r["LM2"]) for r in results])
    ax.plot(*means.T, "o", ms=4, color=OBSERVED, mec="white", mew=0.5, label="session", ls="none")
    if len(results) > 1:
        ax.plot(*np.nanmean(means, axis=0)[:, None], "+", ms=9, mew=1.2, color="black", label="mean", ls="none")
    low = min(ax.get_xlim()[0], ax.get_ylim()[0])
    high = max(ax.get_xlim()[1], ax.get_ylim()[1])
    ax.plot([low, high], [low, high], color=GREY, lw=0.6, ls=":")
    ax.set(xlabel="dispersion in LM1 (bit)", ylabel="dispersion in LM2 (bit)", xlim=(low, high), ylim=(low, high))
    ax.xaxis.label.set_color(PHASE_COLOURS["LM1"])
    ax.yaxis.label.set_color(PHASE_COLOURS["LM2"])
    if legend:
        ax.legend(loc="upper left", handletextpad=0.2, borderaxespad=0.1)


def _differences(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Difference with its interval within the session, on the 95 % bands of both controls."""
    n = len(results)
    width = 0.7 / n
    for place, suffix in enumerate(ESTIMATES):
        for k, r in enumerate(results):
            x = place + (k - (n - 1) / 2) * width
            for side, (control, (colour, label)) in zip((-1, 1), CONTROLS.items(), strict=True):
                low, high = float(r[f"{control}_low{suffix}"]), float(r[f"{control}_high{suffix}"])
                first = place == 0 and k == 0
                ax.bar(
                    x + side * 0.2 * width, high - low, 0.4 * width, low, color=colour, label=label if first else None
                )
            low, high = float(r[f"low{suffix}"]), float(r[f"high{suffix}"])
            ax.plot([x, x], [low, high], color=OBSERVED, lw=1.0)
            ax.plot(x, float(r[f"difference{suffix}"]), "o", ms=4 if n == 1 else 2.5, color=OBSERVED)
        if n > 1:
            mean = np.nanmean([r[f"difference{suffix}"] for r in results])
            ax.plot([place - 0.4, place + 0.4], [mean, mean], color="black", lw=1.0)
    ax.axhline(0, color="black", lw=0.5)
    ax.set(ylabel="difference (bit)", xlim=(-0.6, 1.6), xticks=range(len(ESTIMATES)))
    ax.set_xticklabels(ESTIMATES.values())
    if legend:
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.4 * (high - low))
        ax.legend(loc="upper left", handlelength=1, handletextpad=0.4, borderaxespad=0.1).set_in_layout(False)
