"""Figure of a comparison: results of two to six sessions, one colour each, and the similarity of session pairs."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from rscnav.analyses.result import Result
from rscnav.comparison.summary_table import ANALYSES, entries
from rscnav.figures.comparison.numbers import DASHED, draw_decoding, draw_group, draw_spectra
from rscnav.figures.comparison.pairs import FEW, HATCHED, draw_distances, draw_dynamics, draw_geometries, draw_scatter
from rscnav.figures.layout import panel_letters
from rscnav.figures.style import CONTROL, GREY, PHASE_COLOURS, Canvas
from rscnav.sessions.schema import PHASES

__all__ = ["ANALYSES", "draw_comparison"]
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe & Ito 2008
MARKERS = ("o", "s", "^", "D", "v", "P")
MOST_MATRICES = 3


def draw_comparison(
    results: Mapping[str, Mapping[str, Result]], compared: Result, canvas: Canvas | None = None
) -> Figure:
    """Draw the figure of a comparison.

    Parameters
    ----------
    results : mapping of str to (mapping of str to Result)
        Results of `ANALYSES` by session, in the order of the comparison.
    compared : Result
        Result of `rscnav.comparison.compare.compare` for these sessions.
    canvas : Canvas, optional
        Size and resolution; default: the defaults of the configuration.

    Returns
    -------
    matplotlib.figure.Figure
    """
    canvas = canvas or Canvas()
    names = list(results)
    look = {name: {"color": COLOURS[k], "marker": MARKERS[k]} for k, name in enumerate(names)}
    table = entries(results, compared)
    pairs = compared["pair"].tolist()
    with canvas.style():
        figure, axes = canvas.figure(4, 4, 44)
        draw_spectra(axes[0][:3], results, look)
        draw_group(axes[0][3], table, "components", results, look, also="participation")
        axes[0][3].set(ylabel="components")
        for ax, group in zip(axes[1], ("dimension", "position", "rate_dispersion", "tuning_entropy"), strict=True):
            draw_group(ax, table, group, results, look)
        for ax, task in zip(axes[2][:2], ("identity", "outcome"), strict=True):
            draw_decoding(ax, table, task, results, look)
        draw_group(axes[2][2], table, "structure_preserved", results, look)
        draw_geometries(axes[2][3], table, compared, pairs)
        _matrices(axes[3][:3], compared, names)
        draw_dynamics(axes[3][3], table, compared, pairs)
        _legend(figure, compared, look, len(pairs))
        panel_letters([ax for row in axes for ax in row])
    return figure


def _matrices(axes: Sequence[Any], compared: Result, names: Sequence[str]) -> None:
    """Draw distances between conditions of the first three sessions; for two sessions also one against the other."""
    kinds = [str(compared[key]) for key in compared.arrays if key.endswith("/conditions")]
    kind = "places" if "places" in kinds or not kinds else "times"
    for ax, name in zip(axes, names[:MOST_MATRICES], strict=False):
        draw_distances(ax, compared, name, kind)
    if len(names) == 2:
        draw_scatter(axes[2], compared, names, kind)


def _legend(figure: Figure, compared: Result, look: Mapping[str, dict[str, Any]], n_pairs: int) -> None:
    """Add the legend of colours and markers above all panels."""
    handles: list[Any] = []
    for k, (name, style) in enumerate(look.items()):
        kind, n_units, n_trials = (compared[column][k] for column in ("kind", "n_units", "n_trials"))
        label = f"{k + 1}  {name}: {kind}, {n_units} units, {n_trials} trials"
        handles.append(Line2D([], [], linewidth=1, markersize=3.5, label=label, **style))
    hollow: Any = {"color": GREY, "marker": "o", "markerfacecolor": "white", "linestyle": "none", "markersize": 3.5}
    handles += [
        Line2D([], [], color=GREY, linewidth=0.7, linestyle=DASHED, label="trial shuffle (mean)"),
        Patch(facecolor=CONTROL, alpha=0.8, label="null or chance level, 95 %"),
        Patch(linewidth=0.3, label="phase and time only, 95 %", **HATCHED),
        Line2D([], [], label="open: no scaling region", **hollow),
    ]
    for phase in PHASES if n_pairs <= FEW else ():
        colour = PHASE_COLOURS[phase]
        handles.append(Line2D([], [], color=colour, marker=".", linestyle="none", label=f"within {phase}"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3 if len(look) > 2 else 4, columnspacing=1.5)
