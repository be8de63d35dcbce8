"""Functions that several commands share: read the configuration and check it against the plan of the job."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rscnav.config.job_settings import settings_for, settings_text
from rscnav.config.load import load_config
from rscnav.config.schema import Config
from rscnav.errors import InvalidValueError


def add_config(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """Add ``--config``, which is repeated for presets, and ``--expect``, which the workflow passes to its jobs."""
    parser.add_argument(
        "--config",
        action="append",
        required=required,
        help="configuration file; repeat the option for presets that override it",
    )
    add_expect(parser)


def add_expect(parser: argparse.ArgumentParser) -> None:
    """Add ``--expect``."""
    parser.add_argument(
        "--expect",
        action="extend",
        nargs="+",
        default=[],
        metavar="MARK",
        help="settings and code that the workflow planned for this job; other settings or code are an error (not needed by hand)",
    )


def whole(least: int) -> Callable[[str], int]:
    """Return a parser of a command-line option: a whole number of at least `least`."""

    def number(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not valid; expected a whole number of at least {least:,}")
        return int(text)

    return number


def read_config(arguments: argparse.Namespace) -> Config:
    """Read the files of ``--config``; with ``--expect``, check that settings and code are those of the plan."""
    if arguments.expect and not Path(arguments.config[-1]).exists():
        raise InvalidValueError(
            f"{arguments.config[-1]}: the settings of this run are missing; a run writes them when it begins, but not with "
            "--no-hooks or if another run has begun with other settings; start snakemake again"
        )
    config = load_config(*arguments.config)
    if arguments.expect:
        from rscnav.workflow.jobs.planned import check_planned

        check_planned(config, arguments.expect, arguments.config[-1])
    return config


def job_settings(config: Config, stage: str, item: str) -> tuple[dict[str, Any], str]:
    """Return the settings of one job, and the same settings as JSON text for the provenance."""
    return settings_for(config, stage, item), settings_text(config, stage, item)
