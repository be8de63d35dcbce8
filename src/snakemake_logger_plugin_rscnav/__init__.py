"""Snakemake logger plugin that checks the files of ``--configfile`` before Snakemake reads them; errors name file and line.

Snakemake reads these files before the Snakefile. For a file that is not valid it reports only that it is no YAML, or ends in a
traceback. A logger plugin is the only part of a workflow that runs earlier; ``profiles/default`` names this one. It logs nothing. It
also sets a cache folder if the user's cache is not writable, since Snakemake then ends in a traceback, too.
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
    """Settings without fields; Snakemake creates them after it has read its command line, and the files are checked then."""

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
    """Handler that logs nothing; Snakemake's own handler remains."""

    def emit(self, record: LogRecord) -> None:
        """Do nothing; other handlers log the record."""

    writes_to_stream = False
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False


def configfiles(argv: list[str]) -> list[Path]:
    """Return the files of ``--configfile`` on the command line of ``snakemake``; empty for any other program."""
    if Path(argv[0]).stem not in ("snakemake", "__main__"):
        return []
    from snakemake.cli import get_argument_parser

    found, _ = get_argument_parser().parse_known_args(argv[1:])
    return list(found.configfile or [])
