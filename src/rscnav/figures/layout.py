"""Layout: one row of panels per session or kind of session, empty panels with a reason, titles, letters, ticks."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from rscnav.analyses.result import Result
from rscnav.figures.style import GREY
from rscnav.sessions.session import Session

FROM_AXES: Any = {
    "xycoords": "axes fraction",
    "textcoords": "offset points",
}  # options of `annotate`: offset in points from a place in a panel


@dataclass(frozen=True)
class SessionResults:
    """Input of a figure for one session: name, kind, results by analysis, and the session with the requested fields."""

    name: str
    kind: str
    results: dict[str, Result]
    session: Session | None = None


@dataclass(frozen=True)
class FigureRow:
    """One row of panels: a session, or all sessions of a kind."""

    label: str
    members: list[SessionResults] = field(default_factory=list)

    def results(self, analysis: str) -> list[Result]:
        """Return the applicable results of one analysis, one per member."""
        return [m.results[analysis] for m in self.members if m.results[analysis].applicable]

    def reason(self, analysis: str) -> str:
        """Return why no member has a result of this analysis ('' if one has)."""
        if self.results(analysis):
            return ""
        return self.members[0].results[analysis].reason


def as_rows(sessions: Sequence[SessionResults], max_sessions: int) -> list[FigureRow]:
    """Return one row per session, or one per kind for more than `max_sessions` sessions."""
    if len(sessions) <= max_sessions:
        return [FigureRow(session.name, [session]) for session in sessions]
    kinds = list(dict.fromkeys(session.kind for session in sessions))
    grouped = {kind: [session for session in sessions if session.kind == kind] for kind in kinds}
    return [FigureRow(f"{len(members)} {kind}s", members) for kind, members in grouped.items()]


def rows_with_results(
    rows: Sequence[FigureRow], axes: Sequence[list[Axes]], analysis: str
) -> Iterator[tuple[list[Axes], list[Result]]]:
    """Label all rows; yield panels and results of rows with results, and write the reason into the panels of the others."""
    for row, panels in zip(rows, axes, strict=True):
        row_label(panels[0], row.label)
        results = row.results(analysis)
        if results:
            yield panels, results
        else:
            empty_panels(panels, row.reason(analysis))


def dashed_frame(ax: Axes) -> None:
    """Draw a grey, dashed frame without ticks."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=GREY, linestyle=(0, (2, 2)), linewidth=0.5)


def empty_panel(ax: Axes, reason: str) -> None:
    """Write the reason into an empty panel."""
    dashed_frame(ax)
    heading = () if " failed: " in reason else ("not applicable:",)
    lines = "\n".join(textwrap.fill(line, 20, break_long_words=False) for line in (*heading, *reason.split("\n")))
    # Not in the layout: a long reason would shrink all panels.
    ax.text(0.5, 0.5, lines, transform=ax.transAxes, ha="center", va="center", color=GREY).set_in_layout(False)


def empty_panels(axes: Iterable[Axes], reason: str) -> None:
    """Write one reason into several empty panels."""
    for ax in axes:
        empty_panel(ax, reason)


def one_range(axes: Sequence[Axes], least: float = -np.inf) -> None:
    """Set one range of y values for all panels; its lower end is at least `least`."""
    limits = np.array([ax.get_ylim() for ax in axes])
    for ax in axes:
        ax.set_ylim(max(least, limits[:, 0].min()), limits[:, 1].max())


def plain_log_ticks(axis: Axis, low: float = 1.0, high: float = 1.0, span: float = 1e3) -> None:
    """Set tick labels 0.1, 0.2, 0.5, 1, ... on a logarithmic axis; powers of ten only if high / low exceeds `span`."""
    if high <= span * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def row_label(ax: Axes, text: str) -> None:
    """Write the name of a row to the left of its first panel."""
    ax.annotate(text, (0, 0.5), (-42, 0), **FROM_AXES, rotation=90, ha="center", va="center", fontweight="bold")


def panel_letters(axes: Sequence[Axes]) -> None:
    """Write a, b, c, ... above the top left corner of each panel."""
    for letter, ax in zip("abcdefghijklmnopqrstuvwxyz", axes, strict=False):
        ax.annotate(letter, (0, 1), (-14, 8), **FROM_AXES, fontweight="bold", fontsize=9)


def head_panels(axes: Sequence[Axes], titles: Iterable[str]) -> None:
    """Write titles and letters above panels."""
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title)
    panel_letters(axes)
