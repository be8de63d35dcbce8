"""Figure `dynamics`: fixed and slow points, eigenvalues, perturbation response, autonomous runs and driven divergence of a network.

Autonomous runs are compared with the exact filter. Driven divergence is the distance between a- and b-states under one input. In a row
with several sessions, points and eigenvalues are those of the first; curves are means over sessions.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, empty_panels, panel_letters, row_label
from rscnav.figures.panels.projection import VIEW, axis_arrows, fit_view
from rscnav.figures.style import CONTROL, GREY, PHASE_COLOURS, Canvas
from rscnav.sessions.schema import PHASES

ANALYSES: tuple[str, ...] = ("dynamics",)
FIELDS: tuple[str, ...] = ()
TITLES = (
    ("fixed and slow points", "eigenvalues of the Jacobian", "perturbation response"),
    ("autonomous runs: entropy", "autonomous runs: position", "driven divergence"),
)
HEIGHT = 0.6  # height of the panel of eigenvalues, relative to its width
FILTER, BELIEF, MINIMUM = "#D55E00", "#CC79A7", "#56B4E9"


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw two rows of panels per session: points, eigenvalues, perturbations; entropy and drift of autonomous runs, divergence."""
    lines = [(row, half) for row in rows for half in ((0, 1) if row.results("dynamics") else (0,))]
    figure, axes = canvas.figure(len(lines), 3, 42)
    first: list[Axes] = []  # panels of the first session with results; they get the letters
    for (row, half), panels in zip(lines, axes, strict=True):
        row_label(panels[0], row.label)
        results = row.results("dynamics")
        if not results:
            empty_panels(panels, row.reason("dynamics"))
            continue
        for ax, title in zip(panels, TITLES[half], strict=True):
            ax.set_title(title)
        if half == 0:
            _points(panels[0], results[0])
            if len(row.members) > 1:
                name = next(m.name for m in row.members if m.results["dynamics"].applicable)
                panels[0].set_title(f"{TITLES[0][0]} ({name})")
            _eigenvalues(panels[1], results[0])
            _perturbations(panels[2], results)
        else:
            _autonomous(panels[0], results, "entropy", "belief entropy (bits)")
            _autonomous(panels[1], results, "drift", f"drift of best position ({_unit(results)})")
            _divergence(panels[2], results)
        first += panels if len(first) < 6 else []
    panel_letters(first)
    if first:
        _legend(figure)
    return figure


def _unit(results: Sequence[Result]) -> str:
    return next((r.units[name] for r in results for name in r.arrays if name.endswith("network/drift/value")), "")


def _points(ax: Axes, result: Result) -> None:
    """Draw fixed points, slow points and slow states among the states of the test trials, along three principal components."""
    cloud = result["cloud/projection"] @ VIEW
    ax.scatter(cloud[:, 0], cloud[:, 1], color="#DDDDDD", s=1, linewidths=0)
    slow = result["slow/projection"] @ VIEW
    for number, phase in enumerate(PHASES):
        x, y = slow[result["slow/phase"] == number].T
        ax.scatter(x, y, color=PHASE_COLOURS[phase], s=4, linewidths=0, zorder=3)
    points, fixed = result["points/projection"] @ VIEW, result["points/fixed"]
    stable = result["points/n_unstable"] == 0
    for mask, marker, size in ((fixed, "*", 42), (~fixed, "D", 9)):
        colours = np.where(stable[mask], "black", "white").tolist()
        x, y = points[mask].T
        ax.scatter(x, y, marker=marker, s=size, c=colours, edgecolors="black", linewidths=0.6, zorder=4)
    most = np.percentile(cloud, [20, 80], axis=0)  # states at the onset of an encounter are far from all others
    fit_view(ax, np.vstack([most, slow, points]))
    axis_arrows(ax, "")


def _eigenvalues(ax: Axes, result: Result) -> None:
    """Draw the eigenvalues at the points in the complex plane; on the real axis those of the exact filter."""
    if not len(result["points/fixed"]):
        empty_panel(ax, "no fixed or slow point near the states")
        return
    values = result["points/eigenvalue_real"] + 1j * result["points/eigenvalue_imag"]
    fixed = result["points/fixed"]
    turn = np.exp(2j * np.pi * np.linspace(0, 1, 200))
    ax.plot(turn.real, turn.imag, color=GREY, linewidth=0.5)
    ax.axhline(0, color=GREY, linewidth=0.3)
    ax.scatter(values[~fixed].real, values[~fixed].imag, s=2, color=MINIMUM, linewidths=0)
    ax.scatter(values[fixed].real, values[fixed].imag, s=3, color="black", linewidths=0, zorder=3)
    lasts = result["filter/time_constant"]
    dt_s = float(np.diff(result["alone/time"][:2])[0])
    ax.scatter(np.exp(-dt_s / lasts), np.zeros(len(lasts)), marker="|", s=40, color=FILTER, linewidths=0.7, zorder=4)
    right, left = max(1.06, float(values.real.max()) + 0.06), min(-0.1, float(values.real.min()) - 0.06)
    span = max(right - left, 2.2 * float(np.abs(values.imag).max()) / HEIGHT)
    ax.set(xlabel="real part", ylabel="imaginary part", xlim=(right - span, right))
    ax.set(ylim=(-HEIGHT * span / 2, HEIGHT * span / 2))  # one scale both ways
    ax.set_box_aspect(HEIGHT)
    ax.locator_params(axis="x", nbins=6)


def _curves(ax: Axes, results: Sequence[Result], name: str, time: str, **style: Any) -> bool:
    """Draw the mean over sessions of a curve, for one session with its interval; return whether there is any."""
    those = [r for r in results if f"{name}/value" in r]
    if not those:
        return False
    for result in those if len(those) > 1 else []:
        ax.plot(result[time], result[f"{name}/value"], **{**style, "linewidth": 0.3, "alpha": 0.5})
    x, mean = _mean(those, f"{name}/value", time)
    ax.plot(x, mean, **style)
    if len(those) == 1:
        low, high = those[0][f"{name}/low"], those[0][f"{name}/high"]
        ax.fill_between(x, low, high, color=style["color"], alpha=0.2, linewidth=0)
    return True


def _mean(results: Sequence[Result], name: str, time: str) -> tuple[NDArray, NDArray]:
    """Return the mean of a curve over sessions, at the times of the first one within the range of all."""
    x = results[0][time]
    x = x[x <= min(r[time][-1] for r in results) + 1e-9]
    return x, np.mean([np.interp(x, r[time], r[name]) for r in results], axis=0)


def _of_phases(ax: Axes, results: Sequence[Result], part: str, names: tuple[str, str], otherwise: str) -> bool:
    """Draw two curves of each phase, solid and dashed; write the reason if there are none."""
    drawn = False
    for phase in PHASES:
        for name, line in zip(names, ("-", "--"), strict=True):
            style = {"color": PHASE_COLOURS[phase], "linestyle": line}
            drawn |= _curves(ax, results, f"{phase}/{name}", f"{part}/time", **style)
    if not drawn:
        empty_panel(ax, next((n for k, n in results[0].notes.items() if f"/{part}" in k), otherwise))
    return drawn


def _perturbations(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the remaining fraction of a perturbation, off the manifold and along it."""
    if _of_phases(ax, results, "return", ("off/left", "along/left"), "no states to perturb"):
        ax.axhline(1, color=GREY, linewidth=0.5, linestyle=":")
        ax.set(xlabel="time (s)", ylabel="remaining fraction", ylim=(0, None))


def _autonomous(ax: Axes, results: Sequence[Result], what: str, label: str) -> None:
    """Draw entropy or drift of the belief in autonomous runs of the network and of the exact filter."""
    names = (f"alone/network/{what}", f"alone/filter/{what}")
    if _of_phases(ax, results, "alone", names, "no states to start from"):
        ax.set(xlabel="time (s)", ylabel=label)


def _divergence(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the distance between a- and b-trials relative to that within them: states, beliefs, random halves of one category."""
    those = [r for r in results if "state/ratio/value" in r]
    if not those:
        empty_panel(ax, results[0].notes.get("apart", "no a- and b-trials to compare"))
        return
    time, low = _mean(those, "state/control_low", "apart/time")
    _, high = _mean(those, "state/control_high", "apart/time")
    ax.fill_between(time, low, high, color=CONTROL, alpha=0.6, linewidth=0)
    _curves(ax, those, "state/ratio", "apart/time", color="black", linestyle="-")
    _curves(ax, those, "belief/ratio", "apart/time", color=BELIEF, linestyle="--")
    ax.axvline(0, color=GREY, linewidth=0.5, linestyle=":")
    ax.set(xlabel="time since landmark (s)", ylabel="distance a–b / within", ylim=(0, None))


def _legend(figure: Figure) -> None:
    """Add the legend of markers, colours and lines above all rows."""
    black: Any = {"color": "none", "markerfacecolor": "black", "markeredgecolor": "black", "markeredgewidth": 0.6}
    handles = [
        Line2D([], [], marker="*", markersize=6, label="fixed point (open: unstable)", **black),
        Line2D([], [], marker="D", markersize=3, label="slow point (open: unstable)", **black),
        Line2D([], [], color="#DDDDDD", linestyle="", marker=".", markersize=4, label="a: states of test trials"),
        *(Line2D([], [], color=PHASE_COLOURS[p], marker=".", markersize=4, label=p) for p in PHASES),
        Line2D([], [], color="black", linestyle="", marker=".", markersize=3, label="b: at fixed points"),
        Line2D([], [], color=MINIMUM, linestyle="", marker=".", markersize=3, label="b: at slow points"),
        Line2D([], [], color=FILTER, linestyle="", marker="|", markersize=5, label="b: exact filter"),
        Line2D([], [], color="black", linestyle="-", label="c: off the manifold · d, e: network · f: state"),
        Line2D([], [], color="black", linestyle="--", label="c: along the manifold · d, e: exact filter · f: belief"),
        Patch(color=CONTROL, alpha=0.6, linewidth=0, label="f: random halves of one category"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=4, columnspacing=1.2)
