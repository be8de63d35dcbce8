"""Figure `observer_comparison`: loss, certainty, belief in the alternative position, choices and KL divergence of networks and observers."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from rscnav.analyses.result import Result
from rscnav.figures.layout import FigureRow, empty_panel, empty_panels, head_panels, plain_log_ticks, row_label
from rscnav.figures.panels.event_aligned import mean_of_known
from rscnav.figures.style import GREY, Canvas

ANALYSES = ("observer_comparison",)
FIELDS: tuple[str, ...] = ()
TITLES = ("Loss", "Second landmark", "Non-encounter", "Choice", "KL divergence")
OBSERVERS = {  # label, colour (Okabe & Ito 2008), marker; in drawing order: the network is on top
    "bayes": ("Bayes filter", "#D55E00", "s"),
    "no_absence": ("no absence evidence", "#56B4E9", "v"),
    "single_hypothesis": ("single hypothesis", "#CC79A7", "D"),
    "dead_reckoning": ("dead reckoning", "#009E73", "P"),
    "smoother": ("Bayes smoother", "#E69F00", "X"),
    "network": ("network", "#000000", "o"),
}
WRAP = 15  # characters per line in a narrow panel
SPREAD = 0.7  # width of the group of markers of one phase
KL = "kl_divergence/median"
HEADROOM = 1.08  # upper end of the loss axis, relative to the loss of a uniform belief


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the sessions overlaid."""
    figure, axes = canvas.figure(len(rows), 5, 45, gridspec_kw={"width_ratios": [1.2, 1, 1, 1, 1.2]})
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        results = row.results("observer_comparison")
        if not results:
            empty_panels(panels, textwrap.fill(row.reason("observer_comparison"), WRAP))
            continue
        _loss(panels[0], results)
        _around(panels[1], results, "certainty", "collapse", "certainty", "time from onset (s)")
        _around(panels[2], results, "non_encounter", "non_encounter", "belief in alternative", "time from end (s)")
        _accuracy(panels[3], results)
        _divergence(panels[4], results)
    head_panels(axes[0], TITLES)
    _legend(figure, _drawn([r for row in rows for r in row.results("observer_comparison")]))
    return figure


def _loss(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the loss by phase with its 95 % interval over trials; values above the axis are drawn at its edge."""
    uniform = [float(r["loss/uniform"]) for r in results if "loss/uniform" in r]
    top = HEADROOM * max(uniform) if uniform else np.inf
    _by_part(ax, results, "loss/mean", ("loss/se",), top)
    if uniform:
        ax.axhline(max(uniform), color=GREY, lw=0.6, ls=":")
        label = ax.annotate("uniform belief", (1, max(uniform)), (0, 2), textcoords="offset points", ha="center")
        label.set(fontsize=5, color=GREY)
        ax.set_ylim(None, top)
    ax.set_ylabel("loss (nats per step)")


def _divergence(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the KL divergence from each observer: median and quartiles over trials."""
    _by_part(ax, results, KL, ("kl_divergence/lower_quartile", "kl_divergence/upper_quartile"), np.inf)
    if not ax.lines:
        empty_panel(ax, "no observer to compare with")
        return
    ax.set(yscale="log", ylabel="KL (nats per step)")
    plain_log_ticks(ax.yaxis, *ax.get_ylim())


def _by_part(ax: Axes, results: Sequence[Result], what: str, bars: tuple[str, ...], top: float) -> None:
    """Draw one marker per observer and part; `bars`: key of a standard error, or keys of the lower and upper end."""
    parts = results[0]["part"].tolist()
    names = [name for name in _drawn(results) if what != KL or name != "network"]
    for place, name in enumerate(_network_first(names)):
        _, colour, marker = OBSERVERS[name]
        shift = SPREAD * ((place + 0.5) / len(names) - 0.5)
        for p in range(len(parts)):
            found = [_of(r, name, what, p) for r in results]
            known = np.array([v for v in found if np.isfinite(v) and (v > 0 or what != KL)])
            if not len(known):
                continue
            if len(results) > 1:
                ax.plot([p + shift] * len(known), np.minimum(known, top), ".", color=colour, ms=1.2, alpha=0.5)
            else:
                ends = [_of(results[0], name, bar, p) for bar in bars]
                low, high = ends if len(ends) == 2 else (known[0] - 1.96 * ends[0], known[0] + 1.96 * ends[0])
                if np.isfinite(low):
                    ax.plot([p + shift] * 2, [min(low, top), min(high, top)], color=colour, lw=0.7)
            beyond = known.mean() > top
            ax.plot(
                p + shift, min(known.mean(), top), "^" if beyond else marker, color=colour, ms=2.6, mew=0.4, clip_on=False,
                mfc="white" if beyond else colour, zorder=4 if name == "network" else 3,
            )  # fmt: skip
    ax.set(xticks=range(len(parts)), xlim=(-0.5, len(parts) - 0.5))
    ax.set_xticklabels(["all" if part == "overall" else part for part in parts])


def _around(ax: Axes, results: Sequence[Result], what: str, note: str, ylabel: str, xlabel: str) -> None:
    """Draw the mean around an event, ± 1 standard error over trials; with several sessions each one and their mean."""
    members = [r for r in results if f"{what}/mean" in r]
    if not members:
        empty_panel(ax, textwrap.fill(results[0].notes.get(note, "no event of this kind"), WRAP))
        return
    time = members[0][f"{what}/time"]
    for name in _drawn(members):
        _, colour, _ = OBSERVERS[name]
        curves = [r[f"{what}/mean"][_at(r, name)] for r in members if name in r["observer"]]
        for curve in curves if len(curves) > 1 else []:
            ax.plot(time, curve, color=colour, lw=0.3, alpha=0.4)
        if len(curves) == 1:
            (se,) = (r[f"{what}/se"][_at(r, name)] for r in members if name in r["observer"])
            ax.fill_between(time, curves[0] - se, curves[0] + se, color=colour, alpha=0.2, lw=0)
        ax.plot(time, mean_of_known(curves), color=colour, lw=1.1 if name == "network" else 0.8)
    ax.axvline(0, color="black", lw=0.5, ls=":")
    if what == "certainty":
        ax.axhline(float(members[0]["certainty_threshold"]), color=GREY, lw=0.6, ls=":")
    ax.set(xlabel=xlabel, ylabel=ylabel, ylim=(0, 1) if what == "certainty" else (0, None))


def _accuracy(ax: Axes, results: Sequence[Result]) -> None:
    """Draw the fraction of correct choices against the landmark separation, or one value per observer if it is constant."""
    members = [r for r in results if "accuracy/fraction" in r and np.any(r["accuracy/n"] > 0)]
    if not members:
        empty_panel(ax, "no choice between landmarks")
        return
    varies = [r for r in members if "separation/fraction" in r and r["separation/fraction"].shape[1] > 1]
    drawn = _network_first(_drawn(members))
    lowest = 0.4
    for place, name in enumerate(drawn):
        _, colour, marker = OBSERVERS[name]
        style: Any = {"color": colour, "zorder": 4 if name == "network" else 3}
        holders = [r for r in varies or members if name in r["observer"]]
        part, single = "separation" if varies else "accuracy", len(holders) == 1
        lines = []
        for r in holders:
            x = (r["separation/edges"][1:] + r["separation/edges"][:-1]) / 2 if varies else np.array([float(place)])
            share, low, high = (
                np.atleast_1d(r[f"{part}/{what}"][_at(r, name)]) for what in ("fraction", "low", "high")
            )
            lines.append((x, share))
            lowest = min(lowest, np.nanmin(share) - 0.05)
            ax.plot(x, share, marker=marker if single or not varies else "", ms=1.8 if varies else 2.8,
                    lw=0.8 if single else 0.3, alpha=1 if single else 0.5, **style)  # fmt: skip
            if single and varies and name in ("network", "bayes"):
                ax.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
            elif single and not varies:
                ax.vlines(x, low, high, lw=0.7, **style)
        if varies and len({len(x) for x, _ in lines}) == 1 and not single:
            ax.plot(mean_of_known([x for x, _ in lines]), mean_of_known([y for _, y in lines]), lw=1.1, **style)
    if any("separation/fraction" in r for r in members):  # a choice between two landmarks, not between ports
        ax.axhline(0.5, color=GREY, lw=0.6, ls=":")
    ax.set(
        ylim=(max(lowest, -0.02), 1.02),
        ylabel="fraction correct",
        xlabel="separation a–b (rad)" if varies else "observer",
    )
    if not varies:
        ax.set(xticks=[], xlim=(-0.7, len(drawn) - 0.3))


def _drawn(results: Sequence[Result]) -> list[str]:
    return [name for name in OBSERVERS if any(name in r["observer"] for r in results)]


def _network_first(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: name != "network")


def _at(result: Result, name: str) -> int:
    return result["observer"].tolist().index(name)


def _of(result: Result, name: str, what: str, part: int) -> float:
    """Return the value of an observer in a part; NaN if there is none."""
    there = what in result and name in result["observer"]
    return float(result[what][_at(result, name), part]) if there else float("nan")


def _legend(figure: Figure, names: Sequence[str]) -> None:
    """Add the legend of colours and markers above all rows."""
    if not names:
        return
    shown = [*(OBSERVERS[name] for name in _network_first(names)), ("beyond the axis", GREY, "^")]
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=3.5, label=label) for label, colour, marker in shown
    ]
    handles[-1].set(markerfacecolor="white", linestyle="none")
    figure.legend(handles=handles, loc="outside upper center", ncols=7, columnspacing=1.2, handletextpad=0.5)
