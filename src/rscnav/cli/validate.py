"""``rscnav validate``: a configuration and its files, tried before a long run."""

import argparse
import os

from rscnav.cli.common import add_config, read_config
from rscnav.config.recordings import Recording
from rscnav.config.schema import Config
from rscnav.config.stages import network_sessions, session_names, simulated_file
from rscnav.figures.table import FIGURES
from rscnav.inspection.feeds import feeds_in_words
from rscnav.recordings.read import open_session, summary


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_config(parser)


def run(arguments: argparse.Namespace) -> None:
    """Try every mapping on its file, count nothing, and say what a run would make.

    Raises
    ------
    ValueError
        Where a recording will not do; all of them have been tried by then.
    """
    config = read_config(arguments)
    simulated = {simulated_file(config, simulation.name) for simulation in config.simulations}
    bad = [r.name for r in config.recordings if not _holds(config, r, r.file in simulated)]
    networks = network_sessions(config)
    n = len(session_names(config))
    print(
        f"a run makes {n} session{'s' if n != 1 else ''} ({len(networks)} of networks that are trained, {len(config.recordings)} "
        f"of recordings) and {len(FIGURES)} figures of each and of all together, in {config.results_dir}"
    )
    if bad:
        raise ValueError(f"{len(bad)} of {len(config.recordings)} recordings will not do: {', '.join(bad)}")


def _holds(config: Config, recording: Recording, simulated: bool) -> bool:
    """Try one recording and say what came of it."""
    if simulated and not os.path.exists(recording.file):
        print(f"ok: recording '{recording.name}' will be simulated")
        return True
    try:
        with open_session(recording.file, recording, encounters=config.encounters, quiet=True) as session:
            met = session.encounters
            words = "" if met is None else f"; {(met['kind'] == 'encounter').sum()} encounters"
            print(f"ok: {summary(session)}{words}")
            for line in feeds_in_words(session):
                print(f"    {line}")
    except (ValueError, OSError) as error:
        print(f"WRONG: {error}")
        return False
    return True
