"""``summary.json``: every number that figures and docs quote, read from the result files; null where not applicable."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from rscnav.analyses.across_sessions import COMPARED
from rscnav.analyses.missing_results import FAILED, NOTHING, Missing, MissingCause, read_results
from rscnav.analyses.registry import ANALYSES
from rscnav.analyses.result import Result, read_result
from rscnav.config.job_settings import settings_for
from rscnav.config.schema import Config
from rscnav.sessions.hdf5 import load_session
from rscnav.sessions.schema import PHASES
from rscnav.workflow.provenance.provenance import code_hash

SCHEMA = 5
GAP = ("overall", *PHASES)
DISPERSION = ("LM1", "LM2", "difference", "low", "high", "excess", "phase_control_p")
BEHAVIOUR = ("loss", "error", "kl_divergence", "nearest", "accuracy", "collapse_s")
DYNAMICS = {
    "off_time_constant_s": "off/time_constant",
    "along_left_at_end": "along/left_at_end",
    "entropy_gain_less_filter_bit": "alone/difference/entropy_gain",
}
ANALYSES_READ = (*ANALYSES, "dynamics")


def summary_text(config: Config, results: Path, names: list[str], missing: Missing = NOTHING) -> str:
    """Return the numbers of all sessions as JSON, without dates, so that the same results give the same text.

    Parameters
    ----------
    config : Config
    results : pathlib.Path
        Results folder, which holds ``sessions/`` and ``analyses/``.
    names : list of str
        The sessions.
    missing : Missing
        Sessions and results that could not be made. A missing session has the status ``failed``, with stage, reason and log; the key
        `failed` of a session lists its failed analyses.
    """
    summary = {
        "schema": SCHEMA,
        "run": {"config_sha": settings_for(config, "summary", "")["settings_sha"], "code": code_hash(__name__)},
        "sessions": {name: _session_numbers(results, name, missing) for name in names},
        "pooled": None if missing.pooled else _pooled(results / "numbers" / "pooled.h5"),
        "comparisons": {c.name: _comparison(results, c.name, missing) for c in config.comparisons},
    }
    return json.dumps(summary, indent=2, allow_nan=False) + "\n"


def _session_numbers(results: Path, name: str, missing: Missing) -> dict[str, Any]:
    if name in missing.sessions:
        return _failed(missing.sessions[name], name)
    session = load_session(results / "sessions" / f"{name}.h5", ("encounters",), lazy=True)
    read = read_results(results / "analyses", name, ANALYSES_READ, missing)
    gap, dimension, spectrum = read["optimality_gap"], read["dimension"], read["eigenspectrum"]
    parts = [part for part in (*PHASES, "all") if f"{part}/n_points" in dimension or f"{part}/n_samples" in spectrum]
    return {
        "status": "ok",
        "failed": {a: _failed(gap, name) for a, gap in missing.results.get(name, {}).items()},
        "kind": session.kind,
        "network": _plain(session.attributes.get("network")),
        "seed": _plain(session.attributes.get("seed")),
        "n_trials": len(session.trials),
        "n_units": session.n_units,
        "n_encounters": None if session.encounters is None else int((session.encounters["kind"] == "encounter").sum()),
        "error_rate": _error_rate(session.trials["outcome"], gap),
        "loss": gap.scalar("loss"),
        "bayes_loss": gap.scalar("bayes_loss"),
        "reference_observer": session.reference_observer or None,
        "gap": {p: {k: gap.scalar(f"gap/{p}/{k}") for k in ("value", "se")} for p in GAP} if gap.applicable else None,
        "dimension": {p: _picked(dimension, p, ("dimension", "low", "high", "reliable")) for p in parts} or None,
        "tuning_entropy": read["tuning_entropy"].scalar("mean_entropy"),
        "spatial_entropy": read["spatial_entropy"].scalar("mean_entropy"),
        "rate_dispersion": _picked(read["rate_dispersion"], "", DISPERSION),
        "components_above_control": {p: spectrum.scalar(f"{p}/components_above") for p in parts} or None,
        "participation_ratio": {p: spectrum.scalar(f"{p}/participation_ratio") for p in parts} or None,
        "observer_comparison": _by_observer(read["observer_comparison"]),
        "dynamics": _of_network(read["dynamics"]),
        "analyses": {a: result.scalars() for a, result in read.items() if result.applicable},
    }


def _failed(gap: MissingCause, name: str) -> dict[str, Any]:
    """Return status, stage, reason and log of a session or result that could not be made."""
    return {"status": FAILED, "stage": gap.stage, "reason": gap.said(name), "log": gap.log}


def _pooled(path: Path) -> dict[str, Any] | None:
    """Return the pooled quantities by group of sessions and name; None if there is no file."""
    if not path.exists():
        return None
    result = read_result(path)
    groups = result["group"].tolist()
    keys = ("mean", "low", "high", "p", "n")
    return {
        group: {name: {key: _finite(result[f"{name}/{key}"][k]) for key in keys} for name in COMPARED}
        for k, group in enumerate(groups)
    }


def _comparison(results: Path, name: str, missing: Missing) -> dict[str, Any] | None:
    """Return the numbers of each session pair of a comparison, and the noise floor of each session; None if there is no file."""
    if name in missing.comparisons:
        return _failed(missing.comparisons[name], name)
    path = results / "comparisons" / f"{name}.h5"
    if not path.exists():
        return None
    result = read_result(path)
    of: dict[str, dict[str, Any]] = {}
    for key, value in result.scalars().items():
        name, _, number = key.partition("/")
        if number:
            of.setdefault(name, {})[number] = value
    return {"sessions": result["session"].tolist(), "numbers": of, "notes": result.notes}


def _finite(value: Any) -> float | int | None:
    number: float | int = value.item()
    return number if np.isfinite(number) else None


def _error_rate(outcome: Any, gap: Result) -> float | None:
    """Return the fraction of incorrect trials among trials with an outcome; for a network, among its test trials."""
    if gap.applicable:
        return gap.scalar("error_rate")
    decided = outcome != "none"
    return float((outcome == "incorrect").sum() / decided.sum()) if decided.any() else None


def _picked(result: Result, part: str, names: tuple[str, ...]) -> dict[str, Any] | None:
    if not result.applicable:
        return None
    prefix = f"{part}/" if part else ""
    return {"value" if name == "dimension" else name: result.scalar(prefix + name) for name in names}


def _by_observer(result: Result) -> dict[str, Any] | None:
    """Return the numbers of each observer, the network included; None if not applicable."""
    if not result.applicable:
        return None
    return {o: {what: result.scalar(f"{o}/{what}") for what in BEHAVIOUR} for o in result["observer"].tolist()}


def _of_network(result: Result) -> dict[str, Any] | None:
    """Return the numbers of the dynamics of a network; None if not applicable.

    These are counts of fixed points and minima of q; by phase the perturbation responses, and the entropy gain of autonomous runs minus
    that of the Bayes filter; and the driven divergence of states and of beliefs.
    """
    if not result.applicable:
        return None

    def band(name: str) -> dict[str, Any]:
        return {part: result.scalar(f"{name}/{part}") for part in ("value", "low", "high")}

    return {
        **{name: result.scalar(name) for name in ("n_fixed", "n_stable", "n_minima")},
        **{key: {p: band(f"{p}/{name}") for p in PHASES} for key, name in DYNAMICS.items()},
        "a_b_ratio": {w: {**band(f"{w}/ratio_mean"), "p": result.scalar(f"{w}/p")} for w in ("state", "belief")},
    }


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
