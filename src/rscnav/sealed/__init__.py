"""Files that carry a digest (sha256) of their content, which is checked whenever one is read.

- ``regular``  open files, and neither folders nor pipes; errors of damaged files
- ``blocks``   the layout of a sealed HDF5 file: header, content, digests of its blocks
- ``streams``  what libhdf5 writes into and reads from: errors of a full disk and of damaged blocks are ours
- ``hdf5``     write and open sealed HDF5 files
- ``tails``    digests inside JSON, PDF, PNG, Markdown and files of torch, and beside CSV
"""
