"""Files that a run of a configuration makes (targets of the rule `all` of the Snakefile)."""

from itertools import product

from rscnav.analyses.registry import ANALYSES
from rscnav.config.job_settings import network_sessions, session_names, simulated_file
from rscnav.config.schema import Config
from rscnav.figures.registry import FIGURES

OF_NETWORKS = ("weights.pt", "curve.csv", "curve.csv.sha256")
OF_FIGURES = ("pdf", "png")


def declared(config: Config) -> list[str]:
    """Return all files that a run makes, relative to its results folder, in the order of the stages."""
    from rscnav.export.tables import table_files

    sessions, comparisons = session_names(config), [comparison.name for comparison in config.comparisons]
    read = {recording.file for recording in config.recordings}
    simulated = [s.name for s in config.simulations if simulated_file(config, s.name) in read]
    tables = table_files(config.export.tables) if config.export.tables else []
    return [
        *(f"networks/{s}/{file}" for s, file in product(network_sessions(config), OF_NETWORKS)),
        *(f"recordings/{s}{end}" for s, end in product(simulated, (".nwb", "_truth.h5"))),
        *(f"sessions/{s}.h5" for s in sessions),
        *(f"analyses/{a}/{s}.h5" for a, s in product((*ANALYSES, "dynamics"), sessions)),
        *(f"comparisons/{c}.{end}" for c, end in product(comparisons, ("h5", "csv", "csv.sha256"))),
        *(f"figures/{f}.{end}" for f, end in product(FIGURES, OF_FIGURES)),
        *(f"figures/{s}/{f}.{end}" for s, f, end in product(sessions, FIGURES, OF_FIGURES)),
        *(f"figures/comparisons/{c}.{end}" for c, end in product(comparisons, OF_FIGURES)),
        "numbers/pooled.h5",
        "numbers/summary.json",
        *(f"export/{s}.nwb" for s in sessions if config.export.nwb),
        *(f"export/{s}/{table}" for s, table in product(sessions, tables)),
    ]
