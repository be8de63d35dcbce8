"""What several commands share: the configuration, and the check that a job has the settings and the code it was planned with."""

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
    """Add ``--config``, which may be given again for presets, and ``--expect``, which the workflow gives its jobs."""
    parser.add_argument(
        "--config",
        action="append",
        required=required,
        help="configuration file; given again: a preset that is laid over it",
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
        help="what the workflow planned this job with; another file or other code is refused (not needed by hand)",
    )


def whole(least: int) -> Callable[[str], int]:
    """Return the type of an option that takes a whole number from `least` on."""

    def number(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not valid; a whole number of at least {least:,} is needed")
        return int(text)

    return number


def read_config(arguments: argparse.Namespace) -> Config:
    """Read what ``--config`` names, and check it against what the workflow planned the job with."""
    if arguments.expect and not Path(arguments.config[-1]).exists():
        raise InvalidValueError(
            f"{arguments.config[-1]}: the settings of this run are not there; they are written when a run begins, but not with "
            "--no-hooks or when other settings were given since; start snakemake again"
        )
    config = load_config(*arguments.config)
    if arguments.expect:
        from rscnav.workflow.jobs.planned import check_planned

        check_planned(config, arguments.expect, arguments.config[-1])
    return config


def job_settings(config: Config, stage: str, item: str) -> tuple[dict[str, Any], str]:
    """Return the settings of one job, and the same as text for the record."""
    return settings_for(config, stage, item), settings_text(config, stage, item)
