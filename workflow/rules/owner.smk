# Ownership of the results folder: jobs end with the run that started them, and a killed run is reported before Snakemake's own lock message.
import sys

from rscnav.files.run_ownership import announce_scheduler, begin_run, killed_run
from snakemake.exceptions import WorkflowError

announce_scheduler()
if workflow.exec_mode.name == "DEFAULT" and killed_run():
    print(f"rscnav: {killed_run()}.", file=sys.stderr)

ON_START = [begin_run]  # functions without arguments, called when a real run begins, under Snakemake's lock


onstart:
    for begin in ON_START:
        try:
            begin()
        except OSError as error:
            raise WorkflowError(f"the run cannot begin. {error}") from None
