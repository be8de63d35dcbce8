"""Figure `eigenspectra`: PCA eigenvalues of each phase, bands of the null distributions, and count of components above them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rscnav.analyses.result import BAND, Result
from rscnav.figures.layout import FigureRow, empty_panel, one_range, panel_letters, plain_log_ticks, rows_with_results
from rscnav.figures.panels.phases import columns, parts_of, why_empty
from rscnav.figures.style import PHASE_COLOURS, Canvas

ANALYSES: tuple[str, ...] = ("eigenspectrum",)
FIELDS: tuple[str, ...] = ()
CONTROLS = {
    "circular_shift": ("#333333", "circular shift"),
    "trial_shuffle": ("#56B4E9", "trial shuffle"),
    "spike_shuffle": ("#CC79A7", "spike shuffle"),
    "trial_difference_shuffle": ("#009E73", "trial-difference shuffle"),
}
BANDS = tuple(CONTROLS)[:3]  # the last control has another observed spectrum: only its count is drawn
ROUNDING = 1e-8  # smaller fractions of variance are rounding errors
MARKERS = dict(zip(CONTROLS, "os^D", strict=True))


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session: three panels of spectra, one of counts."""
    figure, axes = canvas.figure(len(rows), 4, 44)
    shown: list[str] = []
    for (*spectra, counts), results in rows_with_results(rows, axes, "eigenspectrum"):
        parts = parts_of(results, "eigenvalues")
        drawn = []
        for ax, part in zip(spectra, columns(parts), strict=True):
            if part not in parts:
                empty_panel(ax, why_empty(results, part))
                continue
            shown += _spectra(ax, [r for r in results if f"{part}/eigenvalues" in r], part)
            drawn.append(ax)
        one_range(drawn)
        for ax in drawn:
            plain_log_ticks(ax.yaxis, *ax.get_ylim())
        spectra[0].set_ylabel("fraction of variance")
        if parts:
            _counts(counts, results, parts)
        else:
            empty_panel(counts, "no spectrum")
    _legend(figure, [name for name in CONTROLS if name in shown])
    panel_letters([ax for row_axes in axes for ax in row_axes])
    return figure


def _spectra(ax: Axes, results: Sequence[Result], part: str) -> list[str]:
    """Draw the observed spectra and the bands of the controls; return the names of the controls."""
    names = [name for name in CONTROLS if any(f"{part}/control_{name}_mean" in r for r in results)]
    for name in (n for n in names if n in BANDS):
        having = [r for r in results if f"{part}/control_{name}_mean" in r]
        mean, low, high = (_mean([r[f"{part}/control_{name}_{which}"] for r in having]) for which in BAND)
        colour, component = CONTROLS[name][0], np.arange(1, len(mean) + 1)
        ax.fill_between(component, without_rounding(low), high, color=colour, alpha=0.3, linewidth=0)
        style: Any = (0, (4, 1.5)) if name == "trial_shuffle" else "-"
        ax.plot(component, mean, color=colour, linewidth=0.8, linestyle=style)
    observed = [r[f"{part}/eigenvalues"] for r in results]
    single = len(observed) == 1
    for values in observed:
        ax.plot(
            np.arange(1, len(values) + 1), without_rounding(values), ".-" if single else "-", color=PHASE_COLOURS[part],
            markersize=3, linewidth=0.7 if single else 0.4, alpha=1 if single else 0.5,
        )  # fmt: skip
    held_out = [r[f"{part}/eigenvalues_held_out"] for r in results if f"{part}/eigenvalues_held_out" in r]
    if held_out:
        mean = _mean(held_out)
        ax.plot(np.arange(1, len(mean) + 1), mean, color="black", linewidth=0.7, linestyle=(0, (1, 1.2)))
    if not single:
        mean = _mean(observed)
        ax.plot(np.arange(1, len(mean) + 1), mean, color=PHASE_COLOURS[part], linewidth=1.4)
    ax.set(yscale="log", xlabel="component", title=part, xlim=(0, max(map(len, observed)) + 1))
    return names


def _counts(ax: Axes, results: Sequence[Result], parts: Sequence[str]) -> None:
    """Draw the count of leading components above each control, and the participation ratio."""
    for place, part in enumerate(parts):
        rows = [(f"components_above_{name}", CONTROLS[name][0], MARKERS[name]) for name in CONTROLS]
        rows += [("participation_ratio", "black", "x"), ("participation_ratio_corrected", "black", "+")]
        for shift, (name, colour, marker) in zip(np.linspace(-0.35, 0.35, len(rows)), rows, strict=True):
            values = np.array([float(r[f"{part}/{name}"]) for r in results if f"{part}/{name}" in r])
            if not len(values):
                continue
            centre = place + shift
            x = centre + (np.linspace(-0.05, 0.05, len(values)) if len(values) > 1 else 0)
            ax.plot(x, values, marker, color=colour, markersize=3.5 if len(values) == 1 else 2.5, linestyle="none")
            if len(values) > 1:
                ax.plot([centre - 0.06, centre + 0.06], [np.nanmean(values)] * 2, color=colour, linewidth=1.3)
            elif name.endswith("corrected"):
                ends = [float(results[0][f"{part}/participation_ratio_{end}"]) for end in ("low", "high")]
                ax.plot([centre] * 2, ends, color=colour, linewidth=0.8)
    ax.set(xlim=(-0.6, len(parts) - 0.4), ylabel="components")
    top = ax.get_ylim()[1] * 1.05
    ax.set_ylim(-0.04 * top, top)
    ax.set_xticks(range(len(parts)), parts)


def _mean(spectra: Sequence[np.ndarray]) -> np.ndarray:
    """Return the geometric mean over sessions of the components that all of them have; NaN if one has no variance."""
    n = min(map(len, spectra))
    return np.exp(np.mean([np.log(without_rounding(values[:n])) for values in spectra], axis=0))


def without_rounding(values: np.ndarray) -> np.ndarray:
    """Return the eigenvalues with NaN for rounding errors, which would stretch a logarithmic axis."""
    return np.where(values > ROUNDING, values, np.nan)


def _legend(figure: Figure, names: Sequence[str]) -> None:
    """Add the legend of bands and markers above all rows."""
    if not names:
        return
    counts = [(CONTROLS[name][0], MARKERS[name], f"components above {CONTROLS[name][1]}") for name in names]
    counts += [("black", "x", "participation ratio"), ("black", "+", "participation ratio, corrected, 95 % CI")]
    handles = [
        Line2D([], [], color="black", marker=".", linewidth=0.7, label="observed"),
        Line2D([], [], color="black", linewidth=0.7, linestyle=(0, (1, 1.2)), label="held-out"),
        *(Patch(facecolor=CONTROLS[n][0], alpha=0.5, label=f"{CONTROLS[n][1]}, 95 %") for n in names if n in BANDS),
        *(Line2D([], [], color=c, marker=m, markersize=4, linestyle="none", label=text) for c, m, text in counts),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, columnspacing=1.5)
