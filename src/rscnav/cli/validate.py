"""``rscnav validate``: check a configuration and its files before a long run."""

import argparse
import os

from rscnav.cli.common import add_config, read_config
from rscnav.config.job_settings import network_sessions, sampled_sessions, session_names, simulated_file
from rscnav.config.resource_estimate import estimate, too_large
from rscnav.config.schema import Config
from rscnav.errors import InvalidValueError, RscnavError
from rscnav.figures.registry import FIGURES
from rscnav.inspection.available_analyses import possible_analyses
from rscnav.inspection.library_warnings import library_warnings_in
from rscnav.recordings.files.open_file import named
from rscnav.recordings.read import open_session, summary
from rscnav.recordings.settings.recording import Recording


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)


def run(arguments: argparse.Namespace) -> None:
    """Read each recording with its mapping, without counting spikes, and print what a run would make.

    Raises
    ------
    InvalidValueError
        After all checks, if a recording or a sampled network is not valid, or memory or disk are too small.
    """
    config = read_config(arguments)
    simulated = {simulated_file(config, simulation.name): simulation.n_trials for simulation in config.simulations}
    sizes: dict[str, tuple[int, int]] = {}
    n_trials = {r.name: _trials_in(config, r, simulated.get(r.file), sizes) for r in config.recordings}
    bad = [f"recording '{name}'" for name, n in n_trials.items() if n is None]
    bad += _sampled_too_few(config, n_trials)
    sampled = sampled_sessions(config)
    n = len(session_names(config))
    print(
        f"a run makes {n} session{'s' if n != 1 else ''} ({len(network_sessions(config))} of networks, "
        f"{len(sampled)} sampled from them, {len(config.recordings)} of recordings) and {len(FIGURES)} figures of each "
        f"session and of all sessions, in {config.results_dir}"
    )
    found = estimate(config, sizes)
    print(found.words())
    for line in too_large(config, found):
        print(f"WRONG: {line}")
        bad.append(line.split(":")[0])
    if bad:
        raise InvalidValueError(
            f"{len(bad)} problem{'s' if len(bad) != 1 else ''}: {', '.join(bad)}; see the lines WRONG above"
        )


def _trials_in(
    config: Config, recording: Recording, simulated: int | None, sizes: dict[str, tuple[int, int]]
) -> int | None:
    """Read one recording and print the outcome; return its count of trials, None if it is not valid.

    Adds its counts of samples and units to `sizes`.
    """
    if simulated is not None and not os.path.exists(recording.file):
        print(f"ok: recording '{recording.name}' will be simulated")
        return simulated
    warnings: list[str] = []
    try:
        with (
            library_warnings_in(warnings),
            named(recording.name, recording.file),
            open_session(recording.file, recording, encounters=config.encounters, quiet=True) as session,
        ):
            found, n_trials = session.encounters, len(session.trials)
            sizes[recording.name] = (len(session.time), session.n_units)
            words = "" if found is None else f"; {(found['kind'] == 'encounter').sum()} encounters"
            print(f"ok: {summary(session)}{words}")
            for line in possible_analyses(session):
                print(f"    {line}")
    except RscnavError as error:  # `named` converts the errors of libraries
        print(f"WRONG: {error}")
        return None
    for warning in warnings:
        print(f"    warning of the library that reads the file: {warning}")
    return n_trials


def _sampled_too_few(config: Config, n_trials: dict[str, int | None]) -> list[str]:
    """Return the sessions that cannot be sampled, because their network has too few test trials; print each problem."""
    bad = []
    for name, (entry, source) in sampled_sessions(config).items():
        wanted = entry.n_trials or n_trials.get(str(entry.match_recording)) or 0
        there = network_sessions(config)[source][0].rollout.test_trials
        if wanted > there:
            print(
                f"WRONG: '{name}': needs {wanted} trials, but '{source}' has rollout.test_trials: {there}; "
                f"set rollout.test_trials: {wanted}, or n_trials: {there} or less of the sampled network"
            )
            bad.append(f"'{name}'")
    return bad
