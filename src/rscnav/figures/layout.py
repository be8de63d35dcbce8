"""Rows of panels: a session each, or a kind of session where there are too many; empty panels that say why."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from rscnav.analyses.result import Result
from rscnav.figures.style import GREY
from rscnav.sessions.session import Session


@dataclass(frozen=True)
class SessionResults:
    """What a figure gets of one session: its name, its kind, results by analysis, the fields it asked for."""

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
        """Give the applicable results of one analysis, one a member."""
        return [m.results[analysis] for m in self.members if m.results[analysis].applicable]

    def reason(self, analysis: str) -> str:
        """Say why no member has a result of this analysis ('' if one has)."""
        if self.results(analysis):
            return ""
        return self.members[0].results[analysis].reason


def as_rows(sessions: Sequence[SessionResults], max_sessions: int) -> list[FigureRow]:
    """Make a row a session, or a row a kind where there are more than `max_sessions`."""
    if len(sessions) <= max_sessions:
        return [FigureRow(session.name, [session]) for session in sessions]
    kinds = list(dict.fromkeys(session.kind for session in sessions))
    grouped = {kind: [session for session in sessions if session.kind == kind] for kind in kinds}
    return [FigureRow(f"{len(members)} {kind}s", members) for kind, members in grouped.items()]


def empty_panel(ax: Axes, reason: str) -> None:
    """Leave a panel empty and say in it why."""
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=GREY, linestyle=(0, (2, 2)), linewidth=0.5)
    heading = () if " failed: " in reason else ("not applicable:",)
    lines = "\n".join(textwrap.fill(line, 20, break_long_words=False) for line in (*heading, *reason.split("\n")))
    # Kept out of the layout, which would otherwise make room for a long reason by shrinking all panels.
    ax.text(0.5, 0.5, lines, transform=ax.transAxes, ha="center", va="center", color=GREY).set_in_layout(False)


def plain_log_ticks(axis: Axis, low: float = 1.0, high: float = 1.0) -> None:
    """Label a logarithmic axis 0.1, 0.2, 0.5, 1, ...; only with powers of ten where it spans over three decades."""
    if high <= 1e3 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())


def row_label(ax: Axes, text: str) -> None:
    """Write the row's name to the left of its first panel."""
    ax.annotate(
        text, (0, 0.5), (-42, 0), xycoords="axes fraction", textcoords="offset points", rotation=90, ha="center",
        va="center", fontweight="bold",
    )  # fmt: skip


def panel_letters(axes: Sequence[Axes]) -> None:
    """Write a, b, c, ... above the top left corner of each panel."""
    for letter, ax in zip("abcdefghijklmnopqrstuvwxyz", axes, strict=False):
        ax.annotate(
            letter,
            (0, 1),
            (-14, 8),
            xycoords="axes fraction",
            textcoords="offset points",
            fontweight="bold",
            fontsize=9,
        )
