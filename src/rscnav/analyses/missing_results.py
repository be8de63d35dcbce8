"""Sessions and results that are missing because a job failed; figures, summaries and comparisons show them as gaps.

At the end of a run with failed jobs, `rscnav.workflow.run_end` writes a list of missing results and makes the joint outputs from
the results that exist. A command that receives the list (``--missing``) reads none of the files on it, even if an earlier run
left one.
"""

import argparse
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rscnav.analyses.result import Result, read_result
from rscnav.errors import InvalidValueError

FAILED = "failed"  # status of a result whose job failed
SHORT = 200  # maximal length of a reason in a figure (characters)


@dataclass(frozen=True)
class MissingCause:
    """Reason why a file is missing: the stage and item of the failed job, its error message, and its log."""

    stage: str
    item: str
    reason: str
    log: str

    def said(self, name: str = "") -> str:
        """Return the reason as a sentence, for the session (or comparison) `name`."""
        of = f" of {self.item}" if self.item and self.item != name else ""
        return f"{self.stage}{of} failed: {self.reason}"

    def short(self, name: str = "") -> str:
        """Return the reason in one line of at most 200 characters."""
        line = " ".join(self.said(name).split())
        return line if len(line) <= SHORT else f"{line[: SHORT - 4]} ..."


@dataclass(frozen=True)
class Missing:
    """Missing results by session, by session and analysis, and by comparison; ``pooled`` if the pooled quantities are missing."""

    sessions: Mapping[str, MissingCause] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, MissingCause]] = field(default_factory=dict)
    comparisons: Mapping[str, MissingCause] = field(default_factory=dict)
    pooled: MissingCause | None = None

    def of(self, session: str, analysis: str) -> MissingCause | None:
        """Return why a result is missing; None if it exists."""
        return self.sessions.get(session) or self.results.get(session, {}).get(analysis)

    def left(self, sessions: Iterable[str]) -> list[str]:
        """Return the sessions that are not missing."""
        return [name for name in sessions if name not in self.sessions]


NOTHING = Missing()


def failed_result(gap: MissingCause, session: str) -> Result:
    """Return a result with the status ``failed`` and the reason."""
    return Result(status=FAILED, reason=gap.short(session))


def read_results(folder: Path, session: str, analyses: Iterable[str], missing: Missing = NOTHING) -> dict[str, Result]:
    """Read the results of a session by analysis, from ``folder/ANALYSIS/SESSION.h5``; a missing one becomes a failed result."""
    found = {}
    for analysis in analyses:
        gap = missing.of(session, analysis)
        found[analysis] = failed_result(gap, session) if gap else read_result(folder / analysis / f"{session}.h5")
    return found


def missing_text(missing: Missing) -> str:
    """Return the list of missing results as JSON."""
    return json.dumps(asdict(missing), indent=1, sort_keys=True) + "\n"


def read_missing(path: str | os.PathLike[str]) -> Missing:
    """Read a list that `missing_text` wrote.

    Raises
    ------
    FileError, InvalidValueError
        If the file is missing, or is not such a list.
    """
    try:
        plain = json.loads(Path(path).read_text(encoding="utf-8"))
        return Missing(
            _gaps(plain["sessions"]),
            {session: _gaps(results) for session, results in plain["results"].items()},
            _gaps(plain["comparisons"]),
            MissingCause(**plain["pooled"]) if plain["pooled"] else None,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InvalidValueError(
            f"{path}: not a list of missing results; omit --missing in a command that you start by hand"
        ) from None


def _gaps(plain: Mapping[str, Any]) -> dict[str, MissingCause]:
    return {name: MissingCause(**gap) for name, gap in plain.items()}


def add_missing(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--missing``, which the workflow sets after a run with failed jobs."""
    parser.add_argument(
        "--missing",
        type=read_missing_option,
        default=NOTHING,
        metavar="FILE",
        help="list of missing results, written by the workflow",
    )


def read_missing_option(text: str) -> Missing:
    """Read the list of missing results at the path of an option.

    Raises
    ------
    argparse.ArgumentTypeError
        If the file is missing, or is not such a list.
    """
    try:
        return read_missing(text)
    except (OSError, InvalidValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
