"""Figure `task`: environment with its landmarks, one example trial, and the beliefs of the network and of the exact Bayes filter."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Arc, Circle, Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from rscnav.figures.layout import FigureRow, empty_panel, panel_letters, row_label
from rscnav.figures.panels.event_aligned import add_headroom
from rscnav.figures.style import GREY, LANDMARK_COLOURS, PHASE_COLOURS, Canvas
from rscnav.sessions.schema import PHASES
from rscnav.sessions.session import Session

ANALYSES: tuple[str, ...] = ()
FIELDS = ("position", "phase", "belief", "bayes_posterior", "bin_centres", "landmarks", "encounters", "ambiguity")
TITLES = ("Environment", "Example trial", "Network's belief", "Bayes filter")
CENTRED: Any = {"ha": "center", "va": "center"}
ANGLE_TICKS: Any = {"yticks": [-np.pi, 0, np.pi], "yticklabels": ["−π", "0", "π"]}
POSTERIOR: Any = {"origin": "lower", "cmap": "Greys", "vmin": 0, "vmax": 0.3}
NON_ENCOUNTER: Any = {"facecolor": "none", "edgecolor": GREY, "hatch": "////"}  # a non-encounter


def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
    """Draw one row per session, or per kind of session with the first session as the example."""
    figure, axes = canvas.figure(len(rows), 4, 42, gridspec_kw={"width_ratios": [1.1, 1.5, 1.5, 1.5]})
    for row, panels in zip(rows, axes, strict=True):
        session = row.members[0].session
        if session is None:
            raise ValueError(f"figure task: row '{row.label}' has no session; read the session file before drawing")
        row_label(panels[0], row.label if len(row.members) == 1 else f"{row.label}\n({session.name})")
        samples = np.flatnonzero(session.trial == example_trial(session))
        time = session.time[samples] - session.time[samples[0]] + session.dt_s / 2
        _environment(panels[0], session, samples)
        _trial(panels[1], session, samples, time)
        _belief(panels[2], session, session.belief, samples, time)
        image = _belief(panels[3], session, session.bayes_posterior, samples, time)
        if image is not None:
            bar = figure.colorbar(image, ax=panels[3], pad=0.03, aspect=12, extend="max")
            bar.set_label("probability per bin")
            bar.outline.set_linewidth(0.4)
    for panel, title in zip(axes[0], TITLES, strict=True):
        panel.set_title(title, pad=12)
    panel_letters(axes[0])
    return figure


def example_trial(session: Session) -> int:
    """Return the test trial with the best score: long phases, high ambiguity in LM1 (if known), not incorrect."""
    trials = np.flatnonzero(session.trials["split"] == "test") if len(session.trials) else np.array([0])
    if session.phase is None or not np.any(session.phase < len(PHASES)):
        return int(trials[0])
    usable = (session.trial >= 0) & (session.phase < len(PHASES))
    spent = np.zeros((len(session.trials), len(PHASES)))
    np.add.at(spent, (session.trial[usable], session.phase[usable]), 1)
    score = spent.min(axis=1) - 1e3 * (session.trials["outcome"] == "incorrect")
    if session.ambiguity is not None:
        undecided = usable & (session.phase == 1)
        summed = np.bincount(session.trial[undecided], session.ambiguity[undecided], len(score))
        score += spent.max() * summed / np.maximum(spent[:, 1], 1)
    return int(trials[np.argmax(score[trials])])


def _environment(ax: Axes, session: Session, samples: NDArray) -> None:
    """Draw the ring or the path in the plane, with landmarks and their visibility radius."""
    if session.position is None:
        empty_panel(ax, "no position")
        return
    ax.set_aspect("equal")
    places = None if session.landmarks is None else session.landmarks[session.trial[samples[0]]]
    if session.is_circular:
        ax.add_patch(Circle((0, 0), 1, fill=False, color=GREY))
        for name, place in _named_places(session, places):
            colour, angle = LANDMARK_COLOURS.get(name, "k"), place[0]
            middle, reach = np.degrees(angle), np.degrees(session.visibility_radius or 0)
            ax.add_patch(Arc((0, 0), 2, 2, theta1=middle - reach, theta2=middle + reach, color=colour, lw=3))
            ax.text(1.3 * np.cos(angle), 1.3 * np.sin(angle), name, color=colour, fontweight="bold", **CENTRED)
        arrow = {"arrowstyle": "->", "connectionstyle": "arc3,rad=.3"}
        ax.annotate("", (0.6 * np.cos(1.1), 0.6 * np.sin(1.1)), (0.6, 0), arrowprops=arrow)
        ax.text(0, -0.25, "position\n(rad, CCW +)", color=GREY, fontsize=6, **CENTRED)
        ax.set(xlim=(-1.45, 1.45), ylim=(-1.45, 1.45))
        ax.axis("off")
        return
    tracked = session.position[np.isfinite(session.position).all(axis=1)]
    thin = tracked[:: max(1, len(tracked) // 5000)]
    ax.plot(thin[:, 0], thin[:, 1] if thin.shape[1] > 1 else 0 * thin[:, 0], ",", color=GREY, rasterized=True)
    for name, place in _named_places(session, places):
        if len(place) > 1:
            colour = LANDMARK_COLOURS.get(name, "k")
            ax.add_patch(Circle((place[0], place[1]), session.visibility_radius or 0, fill=False, color=colour))
            ax.text(place[0], place[1], name, fontweight="bold", **CENTRED)
    ax.set(xlabel=f"x ({session.position_unit})", ylabel=f"y ({session.position_unit})")


def _named_places(session: Session, places: NDArray | None) -> list[tuple[str, NDArray]]:
    """Return (name, position) of each landmark of a trial."""
    pairs = zip(session.landmark_names, places if places is not None else (), strict=False)
    return [(name, place) for name, place in pairs if np.isfinite(place).all()]


def _trial(ax: Axes, session: Session, samples: NDArray, time: NDArray) -> None:
    """Draw position over time, encounters and phases."""
    if session.position is None:
        empty_panel(ax, "no position")
        return
    ax.set_xlabel("time in trial (s)")
    for dim in range(session.position.shape[1]):
        label = None if session.is_circular else "xyz"[dim]
        values = line_breaks(session.position[samples, dim], time, session)
        ax.plot(time, values, color="k", alpha=1 - 0.5 * dim, label=label)
    if session.is_circular:
        ax.set(ylim=(-np.pi, np.pi), ylabel="position (rad)", **ANGLE_TICKS)
    else:
        ax.set_ylabel(f"position ({session.position_unit})")
        add_headroom(ax, 0.2)
        ax.legend(loc="upper right", ncols=2)
    _encounters(ax, session, samples)
    _phases(ax, session, samples, time)


def _phases(ax: Axes, session: Session, samples: NDArray, time: NDArray) -> None:
    """Draw the phases as a bar above the panel."""
    if session.phase is None:
        return
    for number, name in enumerate(PHASES):
        here = np.flatnonzero(session.phase[samples] == number)
        if len(here):
            left, right = time[here[0]] - session.dt_s / 2, time[here[-1]] + session.dt_s / 2
            strip = Rectangle((left, 1.02), right - left, 0.07, transform=ax.get_xaxis_transform(), clip_on=False)
            strip.set(facecolor=PHASE_COLOURS[name], linewidth=0)
            ax.add_patch(strip)
            label = ax.text((left + right) / 2, 1.05, name, transform=ax.get_xaxis_transform(), clip_on=False)
            label.set(fontsize=5, color="white", fontweight="bold", **CENTRED)


def _encounters(ax: Axes, session: Session, samples: NDArray) -> None:
    """Shade encounters in the colour of the landmark; hatch non-encounters."""
    if session.encounters is None or not len(samples):
        return
    trial = session.trial[samples[0]]
    zero = session.time[samples[0]] - session.dt_s / 2
    for row in session.encounters[session.encounters["trial"] == trial]:
        seen = row["kind"] == "encounter"
        colour = LANDMARK_COLOURS.get(row["landmark"], GREY)
        style: Any = {"facecolor": colour, "edgecolor": "none"} if seen else NON_ENCOUNTER
        ax.axvspan(row["onset_s"] - zero, row["offset_s"] - zero, alpha=0.4, lw=0, **style)


def _belief(ax: Axes, session: Session, belief: NDArray | None, samples: NDArray, time: NDArray) -> AxesImage | None:
    """Draw a posterior over time, with the true position."""
    if belief is None or session.position is None:
        empty_panel(ax, f"no belief is stored for a {session.kind}")
        return None
    if not session.is_circular:
        return _belief_maps(ax, session, belief, samples)
    extent = (0, time[-1] + session.dt_s / 2, -np.pi, np.pi)
    image = ax.imshow(belief[samples].T, extent=extent, aspect="auto", interpolation="nearest", **POSTERIOR)
    ax.plot(time, line_breaks(session.position[samples, 0], time, session), color="#D55E00", lw=0.7)
    ax.set(xlabel="time in trial (s)", **ANGLE_TICKS)
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    return image


def _belief_maps(ax: Axes, session: Session, belief: NDArray, samples: NDArray) -> AxesImage | None:
    """Draw a posterior over the plane at the last sample of LM1 and of the trial."""
    ax.axis("off")
    if session.position is None or session.bin_centres is None:
        return None
    moments = [("end of trial", samples[-1])]
    if session.phase is not None and np.any(session.phase[samples] == 1):
        moments.insert(0, ("end of LM1", samples[np.flatnonzero(session.phase[samples] == 1)[-1]]))
    x, y = (np.unique(session.bin_centres[:, dim]) for dim in range(2))
    half = (x[1] - x[0]) / 2 if len(x) > 1 else 0.5
    image = None
    for k, (title, sample) in enumerate(moments):
        inset = ax.inset_axes((0.52 * k, 0.1, 0.48, 0.8))
        extent = (x[0] - half, x[-1] + half, y[0] - half, y[-1] + half)
        image = inset.imshow(belief[sample].reshape(len(x), len(y)).T, extent=extent, **POSTERIOR)
        inset.plot(*session.position[sample], "+", color="#D55E00", ms=6, mew=1.2)
        inset.set(xticks=[], yticks=[])
        for spine in inset.spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.5)
        inset.set_xlabel(title, fontsize=6)
    return image


def line_breaks(values: NDArray, time: NDArray, session: Session) -> NDArray:
    """Return the values with NaN where the line must break: where an angle wraps around, and across dropped bins."""
    broken = values.copy()
    jump = np.diff(time) > 1.5 * session.dt_s
    if session.is_circular:
        jump |= np.abs(np.diff(values)) > np.pi
    broken[1:][jump] = np.nan
    return broken
