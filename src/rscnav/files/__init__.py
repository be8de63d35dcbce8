"""How files are written: whole or not at all, by the run that holds the folder, with a digest.

- ``atomic``         write files whole or not at all
- ``numba_cache``    where numba keeps what it compiled
- ``run_ownership``  which run of the workflow a job belongs to, and whether that run still holds the folder
- ``sealed``         files that carry a digest (sha256) of their content, which is checked whenever one is read
- ``writable``       folders that can be written: for what libraries keep between runs, and for results before a long job begins
"""
