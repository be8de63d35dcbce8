"""Calibration: false-positive rates of p-values and coverage of intervals, measured on simulated sessions.

- ``claims``            data types of claims: p-values, intervals and group tests to be measured
- ``null_sessions``     seven kinds of null sessions, each with a feature that can mislead a test
- ``planted_sessions``  simulated sessions with a known effect: the same units, new trials
- ``random_walks``      random walks on a ring with two landmarks, as sessions without activity
- ``registry``          registry of the p-values and intervals that are measured
- ``report``            false-positive rates and coverage against their bounds, as Markdown and CSV
- ``run``               run of one analysis on many simulated sessions of one kind
"""
