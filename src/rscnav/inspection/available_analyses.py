"""Analyses that are possible with the data of a session."""

from rscnav.analyses.registry import ANALYSES, analysis_module
from rscnav.sessions.session import Session

ONLY_NETWORKS = ("optimality_gap", "observer_comparison")  # need the belief of a network or ideal observers


def available_analyses(session: Session) -> dict[str, str]:
    """Return the missing data of each analysis, as text; '' if the analysis is possible.

    Analyses that apply to networks only are left out.
    """
    return {name: session.missing_fields(analysis_module(name).NEEDS) for name in ANALYSES if name not in ONLY_NETWORKS}


def possible_analyses(session: Session) -> list[str]:
    """Return lines that list the possible analyses, and the others with the reason."""
    lacking = available_analyses(session)
    able = [name for name, reason in lacking.items() if not reason]
    lines = [f"possible analyses: {', '.join(able) or 'none'}"]
    by_reason: dict[str, list[str]] = {}
    for name, reason in lacking.items():
        if reason:
            by_reason.setdefault(reason, []).append(name)
    return lines + [f"not possible: {', '.join(names)} ({reason})" for reason, names in by_reason.items()]
