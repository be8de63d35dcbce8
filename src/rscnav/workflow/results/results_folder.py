"""Results folder of a run: sessions, results of analyses, figures and numbers, read on access."""

import json
import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from rscnav.analyses.registry import ANALYSES
from rscnav.analyses.result import Result, read_result
from rscnav.config.load import load_config
from rscnav.errors import InvalidValueError, MissingFileError, RscnavError, did_you_mean
from rscnav.figures.registry import FIGURES
from rscnav.files.sealed.tails import read_sealed
from rscnav.registry import lookup
from rscnav.sessions.hdf5 import load_session, session_kind
from rscnav.sessions.session import Session
from rscnav.settings.object_repr import counted
from rscnav.workflow.results_check.expected_files import declared
from rscnav.workflow.results_check.remake import settings_of

STAGES = (*ANALYSES, "dynamics")  # whose results are in ``analyses/``
SUMMARY = "numbers/summary.json"
FEW = 3  # missing files that an error names


class RunSession:
    """One session of a run: the `Session`, and the results of its analyses by name."""

    def __init__(self, run: "Run", name: str) -> None:
        self.run, self.name = run, name

    @property
    def file(self) -> Path:
        """Path of the session file."""
        return self.run.folder / "sessions" / f"{self.name}.h5"

    @cached_property
    def session(self) -> Session:
        """The session; its activity and spikes stay in the file until they are used."""
        return load_session(self.file, lazy=True)

    @cached_property
    def kind(self) -> str:
        """Kind of the session: ``network``, ``sampled network`` or ``recording``."""
        return session_kind(self.file)

    def __getitem__(self, analysis: str) -> Result:
        """Read the result of an analysis.

        Raises
        ------
        InvalidValueError
            For an unknown analysis; the message names the most similar one.
        MissingFileError
            If the run has not made this result.
        """
        lookup(dict.fromkeys(STAGES), analysis, "analysis")
        file = self.run.folder / "analyses" / analysis / f"{self.name}.h5"
        if not file.exists():
            raise self.run.not_made(file)
        return read_result(file)

    @property
    def analyses(self) -> list[str]:
        """Names of the analyses that have a result."""
        folder = self.run.folder / "analyses"
        return [analysis for analysis in STAGES if (folder / analysis / f"{self.name}.h5").exists()]

    def __contains__(self, analysis: object) -> bool:
        return analysis in self.analyses

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the analyses that have a result."""
        return iter(self.analyses)

    def __len__(self) -> int:
        return len(self.analyses)

    def __repr__(self) -> str:
        return f"<RunSession {self.name}: {self.kind}, {counted(len(self), 'result')}>"


class Run:
    """Results folder of a run; ``run["gru-s1"]["dimension"]`` is the result of an analysis of a session.

    Files are read on access. `load_results` returns it.

    Parameters
    ----------
    folder : pathlib.Path
        The results folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def sessions(self) -> list[str]:
        """Names of the sessions, sorted."""
        return sorted(path.stem for path in (self.folder / "sessions").glob("*.h5"))

    @property
    def analyses(self) -> list[str]:
        """Names of the analyses with a result of at least one session."""
        return [name for name in STAGES if any((self.folder / "analyses" / name).glob("*.h5"))]

    @property
    def figures(self) -> list[str]:
        """Names of the figures of all sessions that are drawn."""
        return [name for name in FIGURES if (self.folder / "figures" / f"{name}.pdf").exists()]

    @property
    def summary(self) -> dict[str, Any]:
        """All numbers of ``numbers/summary.json``; None where not applicable.

        Raises
        ------
        MissingFileError
            If the run has not made the file.
        """
        file = self.folder / SUMMARY
        if not file.exists():
            raise self.not_made(file)
        numbers: dict[str, Any] = json.loads(read_sealed(file))
        return numbers

    @property
    def missing(self) -> list[str]:
        """Files that the run has not made, relative to the folder.

        They are those of the configuration that the run recorded. Without one they are the results of the sessions in the folder, and the
        summary.
        """
        return [file for file in self._expected if not (self.folder / file).exists()]

    @cached_property
    def _expected(self) -> list[str]:
        try:
            settings = settings_of(self.folder)
            if settings is not None:
                return declared(load_config(settings))
        except RscnavError:  # a configuration of another version
            pass
        return [*(f"analyses/{a}/{s}.h5" for a in STAGES for s in self.sessions), SUMMARY]

    def not_made(self, file: Path) -> MissingFileError:
        """Return the error for a file that the run has not made."""
        others = [path for path in self.missing if self.folder / path != file]
        more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
        also = f"; also missing: {', '.join(others[:FEW])}{more}" if others else ""
        failed = self.folder / "logs" / "failed.txt"
        why = f"; {failed} lists the failed jobs" if failed.exists() else ""
        return MissingFileError(f"{file}: no such file; the run has not made it{also}{why}; run snakemake again")

    def __getitem__(self, session: str) -> RunSession:
        """Return one session with its results.

        Raises
        ------
        InvalidValueError
            For an unknown session; the message lists all and names the most similar one.
        MissingFileError
            For a session of the configuration that the run has not made.
        """
        names = self.sessions
        if session not in names:
            if (path := f"sessions/{session}.h5") in self._expected:
                raise self.not_made(self.folder / path)
            raise InvalidValueError(
                f"session: '{session}' is not in {self.folder}; it has {', '.join(names)}{did_you_mean(session, names)}"
            )
        return RunSession(self, session)

    def __contains__(self, session: object) -> bool:
        return session in self.sessions

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the sessions."""
        return iter(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions)

    def __repr__(self) -> str:
        counts = (
            counted(len(self), "session"),
            f"{len(self.analyses)} analys{'i' if len(self.analyses) == 1 else 'e'}s",
            counted(len(self.figures), "figure"),
        )
        missing = self.missing
        state = f"; {counted(len(missing), 'file')} missing (listed in `missing`)" if missing else ""
        return f"<Run {self.folder}: {', '.join(counts)}{state}>"


def load_results(folder: str | os.PathLike[str] = "results") -> Run:
    """Open the results folder of a run.

    Parameters
    ----------
    folder : path-like
        The folder `results_dir` of the configuration.

    Returns
    -------
    Run
        Sessions by name, and their results by name of the analysis. Files are read on access.

    Raises
    ------
    MissingFileError
        If the folder does not exist, or holds no session.

    Examples
    --------
    A folder with one session and one result:

    >>> import tempfile
    >>> import numpy as np
    >>> from rscnav import analyse, load_results, session_from_arrays
    >>> from rscnav.analyses import write_result
    >>> from rscnav.sessions import write_session
    >>> activity = np.random.default_rng(0).normal(size=(1000, 4))
    >>> session = session_from_arrays(activity, 0.1, name="rat7", trial=np.arange(1000) // 100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_session(session, f"{folder}/sessions/rat7.h5")
    ...     write_result(analyse(session, "eigenspectrum", n_null=20), f"{folder}/analyses/eigenspectrum/rat7.h5")
    ...     run = load_results(folder)
    ...     spectrum = run["rat7"]["eigenspectrum"]
    ...     run.sessions, run.analyses, len(run.missing)
    (['rat7'], ['eigenspectrum'], 15)
    >>> spectrum["all/n_samples"].item()
    1000
    """
    path = Path(folder)
    if not path.is_dir():
        why = "a file, not a folder" if path.exists() else "no such folder"
        raise MissingFileError(f"{path}: {why}; name the results folder of a run, for example results")
    if not any((path / "sessions").glob("*.h5")):
        raise MissingFileError(
            f"{path}: no sessions/*.h5 in this folder; name the results folder of a run, or run snakemake"
        )
    return Run(path)
