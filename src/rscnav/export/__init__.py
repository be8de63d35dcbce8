"""Export of sessions for other programs: NWB files, and tidy tables in Parquet or CSV.

- ``nwb``       session -> NWB file -> session
- ``registry``  registry of exports: kind of file -> function, imported on use
- ``settings``  settings of the export
- ``tables``    session -> tidy tables: one row per time bin, trial, encounter or unit; Parquet or CSV
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"nwb.writer": ["export_nwb"], "nwb.reader": ["read_exported"], "tables": ["export_tables"]},
)
