"""Quality report: one page of figures of a recording.

- ``page``        the quality report: header with findings, and all panels
- ``spikes``      panels: firing rates of units, refractory period
- ``statistics``  statistics for the panels: dwell times, speeds, rates, encounters, coverage of time
- ``time``        panels: coverage of time, drift of rates, clocks, trial starts, trial lengths, outcomes
- ``tracking``    panels: occupancy, encounters, speeds, frame intervals
"""
