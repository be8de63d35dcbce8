"""What sessions are exported to: kind of file -> module and function, imported when wanted."""

from rscnav.registry import Registry

EXPORTS: Registry[str] = {
    "nwb": "rscnav.export.nwb.writer:export_nwb",
    "tables": "rscnav.export.tables:export_tables",
}
