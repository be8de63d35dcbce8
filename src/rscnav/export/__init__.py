"""Sessions for other programs: NWB, and tidy tables beside it.

- ``nwb``       A session as an NWB file, and back
- ``registry``  what sessions are exported to: kind of file -> module and function, imported when wanted
- ``settings``  which files are exported
- ``tables``    session -> tidy tables: one row a time bin, trial, encounter, unit; Parquet or CSV
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"nwb.writer": ["export_nwb"], "nwb.reader": ["read_exported"], "tables": ["export_tables"]},
)
