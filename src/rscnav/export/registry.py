"""Registry of exports: kind of file -> ``module:function``, imported on use."""

from rscnav.registry import Registry

EXPORTS: Registry[str] = {
    "nwb": "rscnav.export.nwb.writer:export_nwb",
    "tables": "rscnav.export.tables:export_tables",
}
