"""Panels of tuning: tuning curves, and entropies of all units with those of the null distributions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.analyses.result import BAND, Result
from rscnav.figures.style import GREY

OBSERVED = "#0072B2"
NULLS = {"control": ("shuffled", GREY, "-"), "fresh": ("resampled", "#D55E00", ":")}


def curves(ax: Axes, results: Sequence[Result], analysis: str) -> None:
    """Draw tuning curves, each from its lowest (dark) to its highest rate; units sorted by the bin of the highest rate."""
    ring = results[0]["bin_centres"].ndim == 1 or results[0]["bin_centres"].shape[1] == 1
    rates = np.concatenate([r["curves"][np.isfinite(r["entropy"])] for r in results])  # without silent units
    lowest = np.nanmin(rates, axis=1, keepdims=True)
    span = np.nanmax(rates, axis=1, keepdims=True) - lowest
    scaled = np.divide(rates - lowest, span, out=np.full(rates.shape, np.nan), where=span > 0)
    order = _sorted(scaled, np.ravel(results[0]["bin_centres"]) if ring else None)
    n_bins = rates.shape[1]
    extent = (-np.pi, np.pi, len(order), 0) if ring else (0.5, n_bins + 0.5, len(order), 0)
    ax.imshow(scaled[order], aspect="auto", cmap="magma", vmin=0, vmax=1, interpolation="nearest", extent=extent)
    ax.set(ylabel=f"{len(order)} units", yticks=[])
    if not ring:
        ax.set(xlabel="spatial bin,\nrow by row", xticks=[1, n_bins])
        return
    ax.set_xticks([-np.pi, 0, np.pi], ["−π", "0", "π"])
    angle = "heading (rad)" if results[0].notes.get("angle") == "heading" else "displacement from\nlandmark (rad)"
    ax.set_xlabel("position (rad)" if analysis == "spatial_entropy" else angle)


def _sorted(scaled: NDArray[np.float64], centres: NDArray | None) -> NDArray[np.intp]:
    """Return the order of units by the bin of the highest rate, within it by the mean direction of the curve."""
    weights = np.where(np.isfinite(scaled), scaled, 0)
    if centres is None:
        return np.argsort(np.argmax(weights, axis=1), kind="stable")
    direction = np.arctan2(weights @ np.sin(centres), weights @ np.cos(centres))
    return np.lexsort((direction, np.argmax(weights, axis=1)))


def entropies(ax: Axes, results: Sequence[Result], legend: bool) -> None:
    """Draw the cumulative fraction of units by entropy, observed and under the nulls (95 % band); above, means over units."""
    highest = np.log2(max(int(r["n_bins_visited"]) for r in results))
    single = len(results) == 1
    for null, (label, colour, style) in NULLS.items():
        known = [r for r in results if np.isfinite(r[f"{null}_mean"]).any()]
        for r in known:
            _cumulative(ax, r[f"{null}_mean"], colour, style, 1.0 if single else 0.5)
            if single and null == "control":
                middle, least, most = (_known(r[f"{null}_{key}"]) for key in BAND)
                fraction = (np.arange(len(middle)) + 1) / len(middle)
                ax.fill_betweenx(fraction, least, most, color=colour, alpha=0.3, lw=0)
        if known:
            ax.plot([], [], color=colour, ls=style, lw=1.2, label=label)
    for r in results:
        _cumulative(ax, r["entropy"], OBSERVED, "-", 1.2 if single else 0.6)
        low, high = float(r["mean_entropy_low"]), float(r["mean_entropy_high"])
        ax.plot([low, high], [1.12] * 2, color=OBSERVED, lw=1.0)
        ax.plot(float(r["mean_entropy"]), 1.12, "o", color=OBSERVED, ms=3)
    ax.plot([], [], color=OBSERVED, lw=1.2, label="observed")
    ax.axvline(highest, color="black", lw=0.6, ls=":", label="untuned")
    ax.set(ylabel="fraction of units", ylim=(0, 1.2), yticks=[0, 0.5, 1])
    ax.set_xlabel(f"entropy (bits)\n{_counts(results)}")
    if legend:
        left, right = ax.get_xlim()
        within = [tick for tick in ax.get_xticks() if left <= tick <= right]
        ax.set_xticks(within[:: max(len(within) - 1, 1)])  # the first and the last
        ax.set_xlim(left - 0.8 * (right - left), right)  # room for the legend
        spacing: Any = {"borderaxespad": 0.1, "handlelength": 1.0, "handletextpad": 0.4, "fontsize": 5}
        ax.legend(loc="upper left", bbox_to_anchor=(0, 0.92), **spacing).set_in_layout(False)


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(values[np.isfinite(values)])


def _cumulative(ax: Axes, values: NDArray[np.float64], colour: str, style: str, width: float) -> None:
    known = _known(values)
    ax.plot(known, (np.arange(len(known)) + 1) / max(len(known), 1), color=colour, ls=style, lw=width)


def _counts(results: Sequence[Result]) -> str:
    """Return the counts of tuned units (false discovery rate 0.05) for each null, as text."""
    lines = []
    for word, suffix in (("tuned", ""), ("resampled", "_fresh")):
        tested, tuned = (sum(int(r[f"{key}{suffix}"]) for r in results) for key in ("n_tested", "n_tuned_fdr"))
        if tested:
            lines.append(f"{word}: {tuned} of {tested}")
    return "\n".join(lines) or "no null distribution"
