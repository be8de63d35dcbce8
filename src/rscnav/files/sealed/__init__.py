"""Sealed files: files with the SHA-256 digest of their content, which is checked when they are read.

- ``blocks``    layout of a sealed HDF5 file
- ``datasets``  datasets of a sealed HDF5 file; links and external data are not read
- ``hdf5``      writing and reading of sealed HDF5 files, which any HDF5 program can open
- ``regular``   opening of regular files; errors for folders, pipes and devices
- ``rows``      tables as CSV with a digest file; each row is a dataclass
- ``streams``   file objects for libhdf5, with checks and error handling
- ``tails``     digests inside JSON, PDF, PNG, Markdown and torch files, and digest files of CSV
"""
