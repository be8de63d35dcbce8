"""Missing results in a figure: below its panels, one dashed panel per missing session or result, with the reason."""

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from rscnav.analyses.missing_results import Missing
from rscnav.figures.layout import FROM_AXES, dashed_frame
from rscnav.figures.style import GREY, MM

GAP_MM, SPACE_MM, LEFT_MM, RIGHT_MM = 9.0, 2.0, 30.0, 3.0
MOST = 8  # gaps with their own panel; the rest are counted
CHARACTERS_PER_MM = 0.85  # of the text in a gap panel
LINES = 3


def add_gaps(figure: Figure, gaps: Mapping[str, str]) -> None:
    """Add gap panels below the panels of a figure and make it higher.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        With constrained layout.
    gaps : mapping of str to str
        Reason by name of the missing session or result.
    """
    if not gaps:
        return
    shown = dict(list(gaps.items())[:MOST])
    if len(gaps) > MOST:
        rest = list(gaps)[MOST:]
        shown[f"{len(rest)} more"] = f"missing as well: {textwrap.shorten(', '.join(rest), 300, placeholder=' ...')}"
    width, height = figure.get_size_inches()
    strip = (len(shown) * (GAP_MM + SPACE_MM) + SPACE_MM) * MM
    whole = height + strip
    figure.set_size_inches(width, whole)
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, strip / whole, 1, height / whole))
    for k, (name, why) in enumerate(shown.items()):
        bottom = (strip - (k + 1) * (GAP_MM + SPACE_MM) * MM) / whole
        inner = width - (LEFT_MM + RIGHT_MM) * MM
        ax = figure.add_axes((LEFT_MM * MM / width, bottom, inner / width, GAP_MM * MM / whole), label=f"gap: {name}")
        ax.set_in_layout(False)
        dashed_frame(ax)
        lines = textwrap.wrap(f"missing: {why}", int(inner / MM * CHARACTERS_PER_MM))
        text = "\n".join(lines[:LINES]) + (" ..." if len(lines) > LINES else "")
        ax.text(0.01, 0.5, text, transform=ax.transAxes, ha="left", va="center", color=GREY, fontsize=6)
        label = "\n".join(textwrap.wrap(name, 20)[:2])
        ax.annotate(label, (0, 0.5), (-6, 0), **FROM_AXES, ha="right", va="center", fontweight="bold")


def gaps_of(missing: Missing, sessions: Sequence[str], analyses: Sequence[str]) -> dict[str, str]:
    """Return the missing sessions, and sessions with missing results, of a figure of these analyses; with reasons."""
    gaps = {}
    for name in sessions:
        found = [missing.sessions.get(name)]
        if found == [None]:
            found = [missing.of(name, analysis) for analysis in analyses]
        reasons = list(dict.fromkeys(gap.short(name) for gap in found if gap is not None))
        if reasons:
            gaps[name] = "; ".join(reasons)
    return gaps
