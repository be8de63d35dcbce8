"""``rscnav validate``: a configuration and its files, tried before a long run."""

import argparse
import os

from rscnav.cli.common import add_config, read_config
from rscnav.config.job_settings import network_sessions, sampled_sessions, session_names, simulated_file
from rscnav.config.resource_estimate import estimate, too_large
from rscnav.config.schema import Config
from rscnav.errors import InvalidValueError, RscnavError
from rscnav.figures.registry import FIGURES
from rscnav.inspection.available_analyses import feeds_in_words
from rscnav.inspection.library_warnings import heard
from rscnav.recordings.files.open_file import named
from rscnav.recordings.read import open_session, summary
from rscnav.recordings.settings.recording import Recording


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)


def run(arguments: argparse.Namespace) -> None:
    """Try every mapping on its file, count nothing, and say what a run would make.

    Raises an InvalidValueError where a recording will not do; all of them have been tried by then.
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
        f"a run makes {n} session{'s' if n != 1 else ''} ({len(network_sessions(config))} of networks that are trained, "
        f"{len(sampled)} sampled from them, {len(config.recordings)} of recordings) and {len(FIGURES)} figures of each and of all "
        f"together, in {config.results_dir}"
    )
    found = estimate(config, sizes)
    print(found.words())
    for line in too_large(config, found):
        print(f"WRONG: {line}")
        bad.append(line.split(":")[0])
    if bad:
        raise InvalidValueError(f"{len(bad)} will not do: {', '.join(bad)}")


def _trials_in(
    config: Config, recording: Recording, simulated: int | None, sizes: dict[str, tuple[int, int]]
) -> int | None:
    """Try one recording and say what came of it; give its number of trials, None where it will not do.

    Its samples and units are put into `sizes`.
    """
    if simulated is not None and not os.path.exists(recording.file):
        print(f"ok: recording '{recording.name}' will be simulated")
        return simulated
    said: list[str] = []
    try:
        with (
            heard(said),
            named(recording.name, recording.file),
            open_session(recording.file, recording, encounters=config.encounters, quiet=True) as session,
        ):
            met, n_trials = session.encounters, len(session.trials)
            sizes[recording.name] = (len(session.time), session.n_units)
            words = "" if met is None else f"; {(met['kind'] == 'encounter').sum()} encounters"
            print(f"ok: {summary(session)}{words}")
            for line in feeds_in_words(session):
                print(f"    {line}")
    except RscnavError as error:  # `named` makes these of whatever a library raises
        print(f"WRONG: {error}")
        return None
    for warning in said:
        print(f"    warning of the library that reads the file: {warning}")
    return n_trials


def _sampled_too_few(config: Config, n_trials: dict[str, int | None]) -> list[str]:
    """Name the sessions that cannot be sampled, since the network has fewer test trials than the recording has trials."""
    bad = []
    for name, (entry, source) in sampled_sessions(config).items():
        wanted = entry.n_trials or n_trials.get(str(entry.match_recording)) or 0
        there = network_sessions(config)[source][0].rollout.test_trials
        if wanted > there:
            print(
                f"WRONG: '{name}': {wanted} trials are wanted, but '{source}' has rollout.test_trials: {there}; "
                f"give it {wanted}, or the sampled network n_trials: {there} or less"
            )
            bad.append(f"'{name}'")
    return bad
