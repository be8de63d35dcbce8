"""What a job depends on: its settings and its code.

- ``configuration``  the configuration of a workflow
- ``planned``        what a job of the workflow was planned with: its settings and its code, and the check that it still has them
- ``studies``        what the jobs of the calibration and of the ground truth depend on
"""
