"""How recurrent networks, artificial and cortical, hold hypotheses about where they are.

In reading order:

- ``tasks``      worlds with landmarks that look alike, sampled in batches (needs torch)
- ``observers``  the best any observer could do on them (needs torch)
- ``networks``   recurrent cells, training, checkpoints (needs torch)
- ``sessions``   the meeting point of networks and recordings: one table of fields, HDF5, NWB
- ``analyses``   what is computed on a session
- ``figures``    what is drawn from the analyses
- ``cli``        one command a stage, called by the workflow and by people
- ``config``     every number a run depends on, checked
- ``code``       what code a job depends on: imports, hashes, versions of packages
"""

__version__ = "0.1.0"
