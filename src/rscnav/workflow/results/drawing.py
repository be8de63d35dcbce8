"""Draw a figure of a run, or of sessions in memory."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from rscnav.analyses.registry import ANALYSES, analyse
from rscnav.analyses.result import Result
from rscnav.errors import InvalidValueError, MissingFileError, first_line
from rscnav.figures.layout import SessionResults
from rscnav.figures.registry import draw_figure, figure_module
from rscnav.sessions.session import Session
from rscnav.workflow.results.results_folder import Run, RunSession

NOT_IN_MEMORY = "it needs the trained network; draw this figure from the results of a run"


def plot(
    figure: str, source: Run | RunSession | Session | Sequence[Session], sessions: Sequence[str] | None = None
) -> Figure:
    """Draw a figure of a run, or of sessions in memory.

    Parameters
    ----------
    figure : str
        Name of a figure, a key of `rscnav.figures.FIGURES`.
    source : Run, RunSession, Session or sequence of Session
        With a `Run` or one of its sessions, results are read from its folder. With a `Session`, the analyses that the figure needs are
        run with their default settings.
    sessions : sequence of str, optional
        Names of the sessions of a `Run`; default: all. Sessions without the results that the figure needs are then named below the
        panels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InvalidValueError
        For an unknown figure or session.
    MissingFileError
        If the run has not made the results of a session in `sessions`, or of any session.

    Examples
    --------
    >>> import numpy as np
    >>> from rscnav import plot, session_from_arrays
    >>> activity = np.random.default_rng(0).normal(size=(1000, 4))
    >>> session = session_from_arrays(activity, 0.1, name="rat7", trial=np.arange(1000) // 100)
    >>> figure = plot("eigenspectra", session)
    >>> figure.axes[0].get_ylabel()
    'fraction of variance'
    """
    _display_in_notebooks()
    module = figure_module(figure)
    gaps: dict[str, str] = {}
    if isinstance(source, Run):
        rows = []
        for name in _sessions_of(source) if sessions is None else _names(sessions):
            try:
                rows.append(_of_run(source[name], module.ANALYSES, bool(module.FIELDS)))
            except MissingFileError as error:
                if sessions is not None:
                    raise
                gaps[name] = first_line(error).partition(";")[0]
                problem = error
        if not rows:
            raise problem
    elif sessions is not None:
        raise InvalidValueError("sessions: valid with the results of a run only; pass the sessions themselves")
    elif isinstance(source, RunSession):
        rows = [_of_run(source, module.ANALYSES, bool(module.FIELDS))]
    else:
        rows = [_of_memory(session, module.ANALYSES) for session in _in_memory(source)]
    return draw_figure(figure, rows, gaps=gaps)


def _display_in_notebooks() -> None:
    """Load the backend of notebooks, which displays every figure that a cell returns; do nothing elsewhere."""
    backend = matplotlib.get_backend(auto_select=False)
    if backend is not None and "inline" in backend:
        from matplotlib import pyplot

        pyplot.switch_backend(backend)


def _sessions_of(run: Run) -> list[str]:
    """Return the names of the sessions of a run, also of those that it has not made."""
    return [*run.sessions, *(Path(file).stem for file in run.missing if file.startswith("sessions/"))]


def _names(sessions: Sequence[str]) -> list[str]:
    """Return the names of sessions; raise an InvalidValueError if there is none."""
    names = [sessions] if isinstance(sessions, str) else list(sessions)
    if not names:
        raise InvalidValueError("sessions: the list is empty; name at least one session")
    return names


def _in_memory(source: Session | Sequence[Session]) -> Iterator[Session]:
    """Yield sessions; raise an InvalidValueError for anything else."""
    found = [source] if isinstance(source, Session) else source
    if not isinstance(found, list | tuple) or not found:
        raise InvalidValueError(
            f"source: {type(source).__name__} is not valid; expected a Run, a Session or a list of them"
        )
    for session in found:
        if not isinstance(session, Session):
            raise InvalidValueError(f"source: the list holds a {type(session).__name__}; expected sessions")
        yield session


def _of_run(found: RunSession, analyses: Sequence[str], with_session: bool) -> SessionResults:
    """Read the results of one session of a run, and the session itself if the figure reads it."""
    results = {analysis: found[analysis] for analysis in analyses}
    return SessionResults(found.name, found.kind, results, found.session if with_session else None)


def _of_memory(session: Session, analyses: Sequence[str]) -> SessionResults:
    """Run the analyses of one session; a stage that is no analysis is not applicable."""
    results = {
        name: analyse(session, name) if name in ANALYSES else Result.not_applicable(NOT_IN_MEMORY) for name in analyses
    }
    return SessionResults(session.name, session.kind, results, session)
