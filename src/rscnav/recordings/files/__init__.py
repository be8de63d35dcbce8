"""Reading of recorded files: open a file, find objects by name, and report what is damaged.

- ``damaged_objects``  NWB files with damaged objects: these are left out by name, the rest is read
- ``hdf5_nwb``         NWB in HDF5, read after the probe of the file and without the objects that cannot be read
- ``hdf5_probe``       check of an HDF5 file, in a process of its own, before it is read
- ``joined_files``     several files of one session (one for each probe or imaging plane), read as one
- ``nwb_listing``      list of the content of an NWB file, made without reading its data
- ``nwb_lookup``       time series and tables of an NWB file, found by name and read into memory
- ``object_names``     names and paths of time series and tables, with the same rules for every kind of object
- ``open_file``        a recorded file (NWB in HDF5 or Zarr, or plain arrays), opened as an NWB file
- ``table_columns``    columns of a table that hold one value for each row; other columns are left out by name
- ``value_mismatch``   errors for values of the mapping that differ from those in the file only by type
- ``zarr_nwb``         NWB in Zarr, read after a check of the store for missing parts, outside links and code
"""
