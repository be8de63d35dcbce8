"""``rscnav check``: go through a results folder; name what is damaged or missing, and make it again where that is asked for."""

import argparse
import logging
import os
import time
from pathlib import Path

from rscnav.config.load import load_config
from rscnav.errors import InvalidValueError
from rscnav.files.sealed.hdf5 import accept
from rscnav.workflow.results_check.expected_files import declared
from rscnav.workflow.results_check.remake import remake, settings_of
from rscnav.workflow.results_check.survey import Survey, survey

log = logging.getLogger(__name__)
EVERY_S = 5.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("results", nargs="?", type=Path, help="results folder; default: that of --config, else results")
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        help="configuration file; given again: a preset that is laid over it. Default: that of the last run that began in the folder",
    )
    parser.add_argument(
        "--remake", action="store_true", help="delete what is damaged, run snakemake, and check once more"
    )
    parser.add_argument(
        "--accept",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="renew the digest of HDF5 and NWB files that were changed on purpose, and check nothing",
    )


def run(arguments: argparse.Namespace) -> None:
    """Check; raises an InvalidValueError where files are damaged or missing."""
    if arguments.accept:
        for path in arguments.accept:
            accept(path)
            print(f"{path}: its digest is that of its content now")
        return
    configs = list(arguments.config)
    results = arguments.results or Path(load_config(*configs).results_dir if configs else "results")
    if not configs and (own := settings_of(results)) is not None:
        configs = [str(own)]
    files = _declared(results, configs) if configs else None
    found = _checked(results, files, configs)
    if arguments.remake:
        if files is None:
            raise InvalidValueError(
                f"--remake: {results} does not hold the settings of a run; give its configuration with --config"
            )
        if not found.sound:
            remake(results, found, files, configs)
            found = _checked(results, files, configs)
    _conclude(found, results, arguments, files)


def _declared(results: Path, configs: list[str]) -> list[str]:
    config = load_config(*configs)
    if os.path.abspath(config.results_dir) != os.path.abspath(results):
        raise InvalidValueError(
            f"{results}: the results of {' with '.join(configs)} are in {config.results_dir} (its key `results_dir`); check that folder"
        )
    return declared(config)


def _checked(results: Path, files: list[str] | None, configs: list[str]) -> Survey:
    """Check, with a line on the terminal now and then, and print what was found."""
    said = time.monotonic()

    def step(done: int, n: int) -> None:
        nonlocal said
        if time.monotonic() - said > EVERY_S:
            log.info("%d of %d files checked", done, n)
            said = time.monotonic()

    found = survey(results, files, step)
    by = f"; a run of {' with '.join(configs)} makes {len(files)}" if files is not None else ", without a configuration"
    print(f"{results}: {found.n_files} files checked{by}")
    for line in found.lines():
        print(line)
    return found


def _conclude(found: Survey, results: Path, arguments: argparse.Namespace, files: list[str] | None) -> None:
    """Say that all is sound, or raise an error with the cure."""
    if found.sound:
        print("all sound, nothing missing")
        return
    options = "".join(f" --config {config}" for config in arguments.config)
    cure = f"`rscnav check {results}{options} --remake` deletes the damaged ones and runs snakemake"
    if files is None:
        cure = "delete the damaged ones and run snakemake; with --config also files that are missing are known"
    elif arguments.remake:
        cure = "files that the configuration does not have are not made again: delete them"
    raise InvalidValueError(f"{len(found.damaged)} files are damaged, {len(found.missing)} are missing; {cure}")
