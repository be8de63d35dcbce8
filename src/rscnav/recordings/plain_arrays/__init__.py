"""Arrays in `.npz`, `.mat` and HDF5 files, as the NWB file that they would be.

- ``array_tree``  what `.npz`, `.mat` and HDF5 files hold, in one form whatever wrote them, read when asked for
- ``readers``     arrays of a `.npz`, `.mat` or HDF5 file by name
- ``to_nwb``      plain arrays (`.npz`, `.mat`, HDF5) and a mapping of their names -> the NWB file that they would be, in memory
"""
