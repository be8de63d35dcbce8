"""Opening files of laboratories, and finding what is in them.

- ``damaged_objects``  read an NWB file although objects in it are damaged: they are left out by name, and what is sound is read
- ``hdf5_nwb``         NWB in HDF5, opened after a look through the file: what cannot be read is left out by name, and the rest is read
- ``hdf5_probe``       an HDF5 file is looked through by a process of its own before it is read
- ``joined_files``     files of one session (one a probe, or an imaging plane) that are read as one
- ``nwb_listing``      what an NWB file holds, listed without reading the data
- ``nwb_lookup``       time series and tables of an NWB file, found by name and read into memory
- ``object_names``     find time series and tables in an NWB file by name or path: one rule for every kind of object
- ``open_file``        the one door to a recorded file: NWB in HDF5 or Zarr, or plain arrays that a mapping makes the same of
- ``table_columns``    columns of a table in an NWB file: those that hold one value a row are read, the others are left out by name
- ``value_mismatch``   values of a mapping held against what a file holds: why they do not match although they look alike
- ``zarr_nwb``         NWB in Zarr, opened after a look through the store: it must hold all that it names, and run no code
"""
