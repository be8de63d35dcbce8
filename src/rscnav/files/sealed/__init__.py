"""Files that carry a digest (sha256) of their content, which is checked whenever one is read.

- ``blocks``    the layout of a sealed HDF5 file
- ``datasets``  datasets of a sealed HDF5 file, taken only where they lie in it themselves
- ``hdf5``      write and open sealed HDF5 files; any program that reads HDF5 opens them, too
- ``regular``   open regular files for reading; name what is wrong with others
- ``rows``      tables as CSV, with their digest beside them: a line is a dataclass
- ``streams``   what libhdf5 writes into and reads from
- ``tails``     digests inside JSON, PDF, PNG, Markdown and files of torch, and beside CSV
"""
