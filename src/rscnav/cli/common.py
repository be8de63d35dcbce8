"""What several commands share: the configuration, and the limits on threads."""

import argparse
from typing import Any

from rscnav.config.load import load_config
from rscnav.config.schema import Config
from rscnav.config.stages import settings_for, settings_text


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add ``--config``, which may be given again for presets."""
    parser.add_argument(
        "--config",
        action="append",
        required=True,
        help="configuration file; given again: a preset that is laid over it",
    )


def read_config(arguments: argparse.Namespace) -> Config:
    """Read what ``--config`` names."""
    return load_config(*arguments.config)


def job_settings(config: Config, stage: str, item: str) -> tuple[dict[str, Any], str]:
    """Give the settings of one job, and the same as text for the record."""
    return settings_for(config, stage, item), settings_text(config, stage, item)
