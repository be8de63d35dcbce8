"""What a job depends on: its settings and its code.

- ``calibration``    what the jobs of the calibration depend on: claims and code, for the workflow's triggers and the command's check
- ``configuration``  the configuration of a workflow
- ``ground_truth``   what the jobs of the ground truth depend on
- ``planned``        what a job of the workflow was planned with: its settings and its code, and the check that it still has them
"""
