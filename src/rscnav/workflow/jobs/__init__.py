"""Dependencies of a job: its settings and its code.

- ``configuration``  configuration of a workflow: its file, ``--configfile`` and ``--config``
- ``planned``        settings and code that a job was planned with, and the check that they have not changed
- ``studies``        dependencies of the jobs of the calibration and of the ground truth
"""
