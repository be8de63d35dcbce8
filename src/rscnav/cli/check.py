"""``rscnav check``: list damaged and missing files of a results folder; on request, make them again."""

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
    parser.add_argument(
        "results", nargs="?", type=Path, help="results folder (default: results_dir of --config, else results)"
    )
    parser.add_argument(
        "--config",
        action="append",
        default=[],
        help="configuration file; repeat the option for presets that override it (default: configuration of the last run in the folder)",
    )
    parser.add_argument("--remake", action="store_true", help="delete damaged files, run snakemake, check again")
    parser.add_argument(
        "--accept",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="renew the digest of HDF5 or NWB files that you changed on purpose; nothing is checked",
    )


def run(arguments: argparse.Namespace) -> None:
    """Check the files; raise an InvalidValueError if any is damaged or missing."""
    if arguments.accept:
        for path in arguments.accept:
            accept(path)
            print(f"{path}: digest renewed")
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
                f"--remake: {results} holds no configuration of a run; give its configuration with --config"
            )
        if not found.sound:
            remake(results, found, files, configs)
            found = _checked(results, files, configs)
    _conclude(found, results, arguments, files)


def _declared(results: Path, configs: list[str]) -> list[str]:
    config = load_config(*configs)
    if os.path.abspath(config.results_dir) != os.path.abspath(results):
        raise InvalidValueError(
            f"{results}: {' with '.join(configs)} writes its results to {config.results_dir} (key `results_dir`); check that folder"
        )
    return declared(config)


def _checked(results: Path, files: list[str] | None, configs: list[str]) -> Survey:
    """Check the files, log progress every `EVERY_S` seconds, and print the findings."""
    logged = time.monotonic()

    def step(done: int, n: int) -> None:
        nonlocal logged
        if time.monotonic() - logged > EVERY_S:
            log.info("%d of %d files checked", done, n)
            logged = time.monotonic()

    found = survey(results, files, step)
    by = f"; a run of {' with '.join(configs)} makes {len(files)}" if files is not None else ", without a configuration"
    print(f"{results}: {found.n_files} files checked{by}")
    for line in found.lines():
        print(line)
    return found


def _conclude(found: Survey, results: Path, arguments: argparse.Namespace, files: list[str] | None) -> None:
    """Print that all files are sound, or raise an InvalidValueError with the cure."""
    if found.sound:
        print("no damaged files, no missing files")
        return
    options = "".join(f" --config {config}" for config in arguments.config)
    cure = f"`rscnav check {results}{options} --remake` deletes the damaged files and runs snakemake"
    if files is None:
        cure = "delete the damaged files and run snakemake; --config also finds files that are missing"
    elif arguments.remake:
        cure = "delete files that are not part of the configuration: snakemake does not make them again"
    raise InvalidValueError(f"{len(found.damaged)} files are damaged, {len(found.missing)} are missing; {cure}")
