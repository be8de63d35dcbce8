"""Checks that spikes, tracking and trials cover the same time, in one unit and on one clock.

- ``activity_span``      the time that activity covers: from the spikes of some units, or from the samples of a series
- ``clock_findings``     what a recording says about its time, and what a check of it found
- ``common_time``        whether spikes, tracking, trials and epochs cover the same time, in one unit and on one clock
- ``coverage``           which trials, epochs and tracked time lie where nothing was recorded, and how much of a recording is tracked
- ``restarting_spikes``  spike times that start again many times, as where they are counted from the start of each trial
- ``thresholds``         thresholds of the checks that spikes, tracking and trials cover the same time, each with its reason
- ``time_unit_checks``   whether spikes, tracking, trials and epochs are in one unit of time, seconds
- ``time_units``         which unit times are likely in, from how many times too long their span is, and how to bring them to seconds
"""
