"""Writing of files: atomic, only by the current run of the folder, with a digest.

- ``atomic``         atomic writing: a file is complete or does not exist
- ``numba_cache``    cache folder of numba's compiled functions
- ``run_ownership``  the run that a job belongs to, and whether it is still the current run of the folder
- ``sealed``         files with a digest (SHA-256) of their content, which is checked when they are read
- ``writable``       checks whether folders are writable: caches of libraries, and results before a long job
"""
