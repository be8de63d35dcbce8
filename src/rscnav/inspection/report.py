"""Result of the inspection of a recorded file, and its text for the terminal."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rscnav.errors import first_line
from rscnav.inspection import clock_alignment as lag
from rscnav.inspection.available_analyses import possible_analyses
from rscnav.inspection.file_contents import Item
from rscnav.inspection.raw_overview import FileOverview
from rscnav.inspection.trial_alignment import Starts
from rscnav.recordings.files.open_file import explained
from rscnav.recordings.read import summary
from rscnav.recordings.time_checks.clock_findings import Check
from rscnav.sessions.session import Session


@dataclass
class Report:
    """Result of `rscnav.inspection.inspect.inspect_recording`. A step that fails does not stop the others.

    Parameters
    ----------
    items : list of Item
        Series and tables of an NWB file.
    draft : str
        YAML of the guessed mapping; '' if a mapping was given.
    unused : list of (Item, str)
        Objects that the mapping does not use, and the reason.
    session : Session or None
        Session read with the mapping; its activity and spikes are lazy and cannot be read, because the file is closed. None if the
        session could not be read.
    error : str
        Reason why the session could not be read.
    checks : list of Check
    path : str
        Path of the file.
    raw : FileOverview
        Uncorrected data of the file.
    coupling : LagCorrelation or None
        Correlation of rates and speed, by lag.
    starts : Starts or None
        Clustering of the positions at trial starts, with all trials shifted in time.
    why_no_starts : str
        Reason why `starts` is None.
    listed : list of str
        Contents of a file that is not NWB, or cannot be read as NWB.
    fatal : str
        Reason why the file cannot be opened; the report then has only `listed`.
    failed : list of (str, str)
        Steps that failed, and the reasons.
    library_warnings : list of str
        Warnings of the libraries that read the file.
    internal : Exception or None
        The first internal error of rscnav; it is raised after the report.
    """

    items: list[Item] = field(default_factory=list)
    draft: str = ""
    unused: list[tuple[Item, str]] = field(default_factory=list)
    session: Session | None = None
    error: str = ""
    checks: list[Check] = field(default_factory=list)
    path: str = ""
    raw: FileOverview = field(default_factory=FileOverview)
    coupling: lag.LagCorrelation | None = None
    starts: Starts | None = None
    why_no_starts: str = "the file cannot be read with this mapping"
    listed: list[str] = field(default_factory=list)
    fatal: str = ""
    failed: list[tuple[str, str]] = field(default_factory=list)
    library_warnings: list[str] = field(default_factory=list)
    internal: Exception | None = None

    def text(self) -> str:
        """Return the report for the terminal; '' if it is empty."""
        lines = list(self.listed)
        if self.items:
            lines += ["In the file:", *(f"  {item.words()}" for item in self.items)]
        if self.unused:
            lines += ["Not used:", *(f"  {item.path}: {why}" for item, why in self.unused)]
        if self.draft:
            lines += ["Draft of the mapping; paste it into config.yaml and correct it:", "", self.draft]
        if self.session is not None:
            head = "The session read with this mapping:"
            lines += [head, f"  {summary(self.session)}", *(f"  {line}" for line in possible_analyses(self.session))]
        elif self.error:
            lines.append(f"The file cannot be read with this mapping: {self.error}")
        if self.checks:
            lines += ["Checks:", *(f"  {c.verdict:5s} {c.name}: {c.words}" for c in self.checks)]
        if self.failed:
            lines += ["Steps that failed:", *(f"  {what}: {why}" for what, why in self.failed)]
        if self.library_warnings:
            lines += [
                "Warnings of the library that reads the file:",
                *(f"  {warning}" for warning in self.library_warnings),
            ]
        return "\n".join(lines)

    def attempt(self, what: str, step: Callable[[], Any], otherwise: Any = None) -> Any:
        """Return the result of a step; if it raises, record the reason in `failed` and return `otherwise`."""
        try:
            return step()
        except Exception as error:  # any exception that h5py, zarr, hdmf, pynwb or numpy raise for a file
            self.failed.append((what, self.explain(error)))
            return otherwise

    def explain(self, error: Exception) -> str:
        """Return the message for an exception; the first internal error of rscnav is stored in `internal`."""
        try:
            return explained(error)
        except Exception:
            if os.environ.get("RSCNAV_DEBUG"):
                raise
        if self.internal is None:
            self.internal = error
        return f"an error of rscnav ({type(error).__name__}: {first_line(error)})"
