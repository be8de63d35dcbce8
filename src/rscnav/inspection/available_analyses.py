"""Which analyses a session has enough for."""

from rscnav.analyses.registry import ANALYSES, analysis_module
from rscnav.sessions.session import Session

ONLY_NETWORKS = ("optimality_gap", "observer_comparison")  # need a belief that is read off, or observers beside it


def available_analyses(session: Session) -> dict[str, str]:
    """Give for each analysis what the session lacks for it, in words; '' where it has all.

    Analyses that no recording can feed are left out.
    """
    return {name: session.missing_fields(analysis_module(name).NEEDS) for name in ANALYSES if name not in ONLY_NETWORKS}


def feeds_in_words(session: Session) -> list[str]:
    """Say in a few lines which analyses can be run, and why others can't."""
    lacking = available_analyses(session)
    able = [name for name, reason in lacking.items() if not reason]
    lines = [f"feeds: {', '.join(able) or 'no analysis'}"]
    by_reason: dict[str, list[str]] = {}
    for name, reason in lacking.items():
        if reason:
            by_reason.setdefault(reason, []).append(name)
    return lines + [f"not: {', '.join(names)} ({reason})" for reason, names in by_reason.items()]
