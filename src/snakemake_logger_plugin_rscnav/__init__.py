"""Reads the files of ``snakemake --configfile`` before Snakemake does, so that what is wrong in one is said with its line.

Snakemake reads these files before the Snakefile, and says only that one of them is no YAML, or ends in a traceback. The one thing
of a workflow that is asked before them is a logger plugin; ``profiles/default`` names this one. It logs nothing. It also gives
Snakemake a folder for its cache where the user's cannot be written, without which it ends in a traceback.
"""

import sys
from dataclasses import dataclass
from logging import LogRecord
from pathlib import Path

from snakemake.exceptions import CliException
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """No settings; Snakemake makes them once it has read its command line, when the files are checked."""

    def __post_init__(self) -> None:
        from rscnav.files.writable import settle_cache
        from rscnav.settings.strict_settings import ConfigError
        from rscnav.workflow.jobs.configuration import check_configfiles

        settle_cache()
        try:
            check_configfiles(configfiles(sys.argv))
        except ConfigError as error:
            raise CliException(f"the configuration is not valid.\n{error}") from None


class LogHandler(LogHandlerBase):
    """Logs nothing: Snakemake's own handler stays."""

    def emit(self, record: LogRecord) -> None:
        """Leave the record to the other handlers."""

    writes_to_stream = False
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False


def configfiles(argv: list[str]) -> list[Path]:
    """Return the files that a command line of ``snakemake`` names with ``--configfile``; none for any other program."""
    if Path(argv[0]).stem not in ("snakemake", "__main__"):
        return []
    from snakemake.cli import get_argument_parser

    found, _ = get_argument_parser().parse_known_args(argv[1:])
    return list(found.configfile or [])
