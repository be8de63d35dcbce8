"""Registry of figures, and the interface of their modules.

To add a figure, write one module and add one line to `FIGURES`; the workflow makes its rules from this table. The module
defines:

- ``ANALYSES``  the analyses whose results it reads
- ``FIELDS``    the fields of session files that it reads (``()`` for none)
- ``draw(rows, canvas)``  draws one row of panels per `FigureRow` (a session, or a kind of session) and returns the figure
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from matplotlib.figure import Figure

from rscnav.figures.layout import FigureRow, SessionResults, as_rows
from rscnav.figures.missing_results import add_gaps
from rscnav.figures.style import Canvas
from rscnav.registry import Registry, load, lookup

FIGURES: Registry[str] = {
    "task": "rscnav.figures.task",
    "learning": "rscnav.figures.learning",
    "observer_comparison": "rscnav.figures.observer_comparison",
    "entropy": "rscnav.figures.entropy.entropy",
    "encounters": "rscnav.figures.encounters",
    "decoding": "rscnav.figures.decoding",
    "non_encounters": "rscnav.figures.non_encounters",
    "eigenspectra": "rscnav.figures.eigenspectra",
    "pairwise": "rscnav.figures.pairwise",
    "position_decoding": "rscnav.figures.position_decoding",
    "dimension": "rscnav.figures.dimension",
    "dimension_checks": "rscnav.figures.dimension_checks",
    "state_space": "rscnav.figures.state_space",
    "dynamics": "rscnav.figures.dynamics",
}  # fmt: skip


class FigureModule(Protocol):
    """Interface of the module of a figure."""

    ANALYSES: tuple[str, ...]
    FIELDS: tuple[str, ...]

    @staticmethod
    def draw(rows: Sequence[FigureRow], canvas: Canvas) -> Figure:
        """Draw the figure."""
        ...


def figure_module(name: str) -> FigureModule:
    """Return the module of a figure of `FIGURES`."""
    module: FigureModule = load(lookup(FIGURES, name, "figure"))
    return module


def draw_figure(
    name: str,
    sessions: Sequence[SessionResults],
    canvas: Canvas | None = None,
    max_sessions: int = 6,
    gaps: Mapping[str, str] | None = None,
) -> Figure:
    """Draw one figure of `FIGURES` for one or more sessions.

    Parameters
    ----------
    name : str
        Key of `FIGURES`.
    sessions : sequence of SessionResults
    canvas : Canvas, optional
        Size and resolution; default: the defaults of the configuration.
    max_sessions : int
        With more sessions than this there is a row for each kind of session.
    gaps : mapping of str to str, optional
        Reasons of missing sessions, by name; they are written below the panels.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from rscnav.analyses import analyse
    >>> from rscnav.figures import draw_figure
    >>> from rscnav.figures.layout import SessionResults
    >>> from rscnav.recordings import session_from_arrays
    >>> activity = np.random.default_rng(0).normal(size=(1000, 4))
    >>> session = session_from_arrays(activity, 0.1, name="rat7", trial=np.arange(1000) // 100)
    >>> results = {"eigenspectrum": analyse(session, "eigenspectrum")}
    >>> figure = draw_figure("eigenspectra", [SessionResults(session.name, session.kind, results)])
    >>> len(figure.axes), figure.axes[0].get_ylabel()
    (4, 'fraction of variance')
    """
    canvas = canvas or Canvas()
    with canvas.style():
        rows = as_rows(sessions, max_sessions)
        figure = figure_module(name).draw(rows, canvas) if rows else canvas.empty()
        add_gaps(figure, gaps or {})
        return figure
