"""Figure `learning`: loss and optimality gap (loss minus Bayes loss) during training, and of the trained network by phase."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rscnav.figures.layout import FigureRow, empty_panels, head_panels, plain_log_ticks, row_label
from rscnav.figures.style import GREY, PHASE_COLOURS, Canvas
from rscnav.sessions.schema import PHASES

ANALYSES = ("optimality_gap",)
FIELDS = ("training_curve",)
TITLES = ("Validation loss", "Validation optimality gap", "Test loss", "Test optimality gap")
COLOURS = {"overall": "#000000", **{phase: PHASE_COLOURS[phase] for phase in PHASES}}


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the sessions overlaid."""
    figure, axes = canvas.figure(len(rows), 4, 42)
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        reason = row.reason("optimality_gap")
        curves = [m.session.training_curve for m in row.members if m.session and m.session.training_curve is not None]
        if curves:
            _loss(panels[0], curves)
            _gap(panels[1], curves)
        else:
            empty_panels(panels[:2], f"no training: this is a {row.members[0].kind}")
        if reason:
            empty_panels(panels[2:], reason)
        else:
            _in_trial(panels[2], row)
            _by_phase(panels[3], row)
    head_panels(axes[0], TITLES)
    _legend(figure, any(m.session and m.session.reference_observer == "smoother" for r in rows for m in r.members))
    return figure


def _loss(ax: Axes, curves: list[np.ndarray]) -> None:
    for curve in curves:
        ax.plot(curve["batch"], curve["loss"], color="#0072B2", lw=0.8)
        ax.axhline(curve["bayes_loss"][-1], color="#D55E00", lw=0.8, ls="--")
    ax.set(xlabel="training batch", ylabel="loss (nats per step)")


def _gap(ax: Axes, curves: list[np.ndarray]) -> None:
    """Draw the optimality gap by phase during training, ± 1 standard error over validation trials."""
    for name, colour in COLOURS.items():
        suffix = {"overall": ""}.get(name, f"_{name}")
        for curve in curves:
            gap, se = curve[f"gap{suffix}"], curve[f"gap_se{suffix}"]
            ax.plot(curve["batch"], gap, color=colour, lw=0.8)
            ax.fill_between(curve["batch"], np.maximum(gap - se, 1e-4), gap + se, color=colour, alpha=0.25, lw=0)
    ax.set(xlabel="training batch", ylabel="gap (nats per step)", yscale="log")
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, 1e-3), high)
    plain_log_ticks(ax.yaxis, *ax.get_ylim())
    if low < 0.1:
        ax.axhline(0.02, color=GREY, lw=0.6, ls=":")


def _in_trial(ax: Axes, row: FigureRow) -> None:
    for result in row.results("optimality_gap"):
        ax.plot(result["time"], result["loss_by_time"], color="#0072B2", lw=0.8)
        ax.plot(result["time"], result["bayes_loss_by_time"], color="#D55E00", lw=0.8, ls="--")
    ax.set(xlabel="time in trial (s)", ylabel="loss (nats per step)")


def _by_phase(ax: Axes, row: FigureRow) -> None:
    """Draw the optimality gap of the test trials by phase, with its 95 % interval over trials."""
    results = row.results("optimality_gap")
    for k, result in enumerate(results):
        shift = 0.0 if len(results) == 1 else (k / (len(results) - 1) - 0.5) * 0.5
        for x, (name, colour) in enumerate(COLOURS.items()):
            value, se = float(result[f"gap/{name}/value"]), float(result[f"gap/{name}/se"])
            ax.errorbar(x + shift, value, 1.96 * se, fmt="o", ms=2.5, color=colour, lw=0.8)
    ax.axhline(0, color="#D55E00", lw=0.8, ls="--")
    if ax.get_ylim()[1] < 0.2:
        ax.axhline(0.02, color=GREY, lw=0.6, ls=":")
        at_edge = ax.get_yaxis_transform()
        ax.text(1, 0.02, "target 0.02", transform=at_edge, ha="right", va="bottom", fontsize=5, color=GREY)
    ax.set_xticks(range(len(COLOURS)), ("all", *PHASES))
    ax.set(xlim=(-0.5, len(COLOURS) - 0.5), ylabel="gap (nats per step)")
    ax.set_ylim(min(-0.005, ax.get_ylim()[0]), None)


def _legend(figure: Figure, smoothers: bool) -> None:
    """Add the legend above all rows; `smoothers`: the reference observer of some networks is the smoother."""
    best = "Bayes filter (bidirectional: smoother)" if smoothers else "Bayes filter"
    handles = [
        Line2D([], [], color="#0072B2", lw=0.8, label="loss: network"),
        Line2D([], [], color="#D55E00", lw=0.8, ls="--", label=f"loss: {best}"),
        Line2D([], [], color=COLOURS["overall"], lw=1.2, label="gap: all"),
        *(Line2D([], [], color=COLOURS[phase], lw=1.2, label=f"gap: {phase}") for phase in PHASES),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=6, columnspacing=1.5)
