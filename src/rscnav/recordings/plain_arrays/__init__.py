"""Plain arrays in `.npz`, `.mat` and HDF5 files, converted to an NWB file in memory.

- ``array_tree``  content of `.npz`, `.mat` and HDF5 files in one common form, read on access
- ``readers``     arrays of such a file by name, with checks of type and shape
- ``to_nwb``      NWB file in memory from plain arrays and a mapping of their names
"""
