"""Trials of a recording, their outcomes and phases.

- ``phases``       phases of a recording, from a series or a table of its file
- ``trial_table``  rows for trials: from a trial table, joined with another table, or from departures and returns of a home location
- ``trials``       trials and epochs of a recording, or stretches divided into pieces
"""
