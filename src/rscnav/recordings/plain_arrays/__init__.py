"""Plain arrays in `.npz`, `.mat` and HDF5 files, converted to an NWB file in memory.

- ``array_tree``    content of `.npz`, `.mat` and HDF5 files by name, read on access
- ``array_values``  values of such files in one common form
- ``hdf5_values``   values of an HDF5 file in that form, also of a MATLAB file of version 7.3
- ``readers``       arrays of such a file by name, with checks of type and shape
- ``to_nwb``        NWB file in memory from plain arrays and a mapping of their names
"""
