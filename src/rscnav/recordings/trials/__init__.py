"""Trials of a recording, their outcomes and phases.

- ``phases``       phases as a file has them
- ``trial_table``  the rows that become trials: of a table, joined with another's columns, or from leaving a place to coming back
- ``trials``       trials (or stretches cut into pieces) of a recording: which there are, and what each one's columns say
"""
