"""Sessions for other programs: NWB, and tidy tables beside it.

- ``layout``   which field lies where in the NWB file
- ``nwb``      session -> NWB; ``chunks``  the large parts piece by piece
- ``back``     such an NWB file -> the same session
- ``record``   what NWB has no place for, as JSON
- ``tables``   session -> Parquet or CSV
- ``table``    which module writes which kind of file
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"nwb": ["export_nwb"], "back": ["read_exported"], "tables": ["export_tables"]},
)
