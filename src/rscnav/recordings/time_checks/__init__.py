"""Checks that spikes, tracking and trials cover the same time, in one unit and on one clock.

- ``activity_span``      time span of the activity, from the spikes of some units or the samples of a series
- ``clock_findings``     data of the checks: clocks of a recording, rows of its tables, and the result of a check
- ``common_time``        all checks of time: units of time, spike times by trial, and coverage
- ``coverage``           trials and epochs outside the recording, and the fractions of it without tracking or without spikes
- ``restarting_spikes``  spike times that restart many times, for example if they are relative to the start of each trial
- ``thresholds``         thresholds of the checks, each with its reason
- ``time_unit_checks``   check that spikes, tracking, trials and epochs are all in seconds
- ``time_units``         likely unit of times from the ratio of two spans, and how to convert it to seconds
"""
