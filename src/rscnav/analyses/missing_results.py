"""What a run could not make: sessions and results that figures, numbers and comparisons show as named gaps.

At the end of a run in which jobs failed, `rscnav.workflow.run_end` writes this list and has the joint outputs made from what there is. A command
that gets the list (``--missing``) reads none of the files on it, even where one of an earlier run is still there.
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

FAILED = "failed"  # status of a result that a failed job left out
SHORT = 200  # characters of a reason that a figure shows


@dataclass(frozen=True)
class MissingCause:
    """Why a file is not there: the job that failed, of which item, what it said, and its log."""

    stage: str
    item: str
    reason: str
    log: str

    def said(self, name: str = "") -> str:
        """Say it in a sentence, for the session (or comparison) `name`."""
        of = f" of {self.item}" if self.item and self.item != name else ""
        return f"{self.stage}{of} failed: {self.reason}"

    def short(self, name: str = "") -> str:
        """Say it in one line."""
        line = " ".join(self.said(name).split())
        return line if len(line) <= SHORT else f"{line[: SHORT - 4]} ..."


@dataclass(frozen=True)
class Missing:
    """Gaps by session, by session and analysis, and by comparison; ``pooled`` where the numbers over sessions are missing."""

    sessions: Mapping[str, MissingCause] = field(default_factory=dict)
    results: Mapping[str, Mapping[str, MissingCause]] = field(default_factory=dict)
    comparisons: Mapping[str, MissingCause] = field(default_factory=dict)
    pooled: MissingCause | None = None

    def of(self, session: str, analysis: str) -> MissingCause | None:
        """Return why a result is not there; None where it is."""
        return self.sessions.get(session) or self.results.get(session, {}).get(analysis)

    def left(self, sessions: Iterable[str]) -> list[str]:
        """Return the sessions that are there."""
        return [name for name in sessions if name not in self.sessions]


NOTHING = Missing()


def failed_result(gap: MissingCause, session: str) -> Result:
    """Make the result of an analysis that failed."""
    return Result(status=FAILED, reason=gap.short(session))


def read_results(folder: Path, session: str, analyses: Iterable[str], missing: Missing = NOTHING) -> dict[str, Result]:
    """Read results of a session by analysis, from ``folder/ANALYSIS/SESSION.h5``; what is missing is a failed result."""
    found = {}
    for analysis in analyses:
        gap = missing.of(session, analysis)
        found[analysis] = failed_result(gap, session) if gap else read_result(folder / analysis / f"{session}.h5")
    return found


def missing_text(missing: Missing) -> str:
    """Write the list as JSON."""
    return json.dumps(asdict(missing), indent=1, sort_keys=True) + "\n"


def read_missing(path: str | os.PathLike[str]) -> Missing:
    """Read what `missing_text` wrote.

    Raises
    ------
    FileError, InvalidValueError
        For a file that is not there, or not such a list.
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
            f"{path}: not a list of what a run could not make; leave --missing out by hand"
        ) from None


def _gaps(plain: Mapping[str, Any]) -> dict[str, MissingCause]:
    return {name: MissingCause(**gap) for name, gap in plain.items()}


def add_missing(parser: argparse.ArgumentParser) -> None:
    """Add ``--missing``, which the workflow gives after a run in which jobs failed."""
    parser.add_argument(
        "--missing", type=read_missing_option, default=NOTHING, metavar="FILE", help="list of what a run could not make"
    )


def read_missing_option(text: str) -> Missing:
    """Read the list that an option names."""
    try:
        return read_missing(text)
    except (OSError, InvalidValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from None
