"""Check of an HDF5 file, in a process of its own, before it is read.

- ``datasets``  check of one dataset: where its values are stored, its compression, its first and last elements
- ``findings``  start of the probe, and its results: what may be read, what is damaged, what the file contains
- ``links``     targets of links, found without opening files outside the file's folder
- ``probe``     ``python -m rscnav.recordings.files.hdf5_probe.probe FILE``, the process that walks through the file
"""
