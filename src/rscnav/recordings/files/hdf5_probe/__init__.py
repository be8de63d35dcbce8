"""An HDF5 file is looked through by a process of its own before it is read.

- ``datasets``  what is looked at in one dataset: where its values lie, how they are packed, and its first and last elements
- ``findings``  what the look through an HDF5 file (`rscnav.recordings.files.hdf5_probe.probe`) found
- ``links``     where the links of an HDF5 file lead, found out without opening anything outside the file's folder
- ``probe``     ``python -m rscnav.recordings.files.hdf5_probe.probe FILE``
"""
