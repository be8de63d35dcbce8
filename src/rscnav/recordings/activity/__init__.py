"""Activity of units: spike times, series of samples, firing rates.

- ``firing_rates``   spike times -> rates in bins, a block of units and a stretch of time after the other
- ``imaging_plane``  one series of activity: fluorescence of an imaging plane, deconvolved events, counts in bins
- ``series``         activity that is a series already, or several series (one an imaging plane) as one population
- ``unit_tables``    units tables of a file, found by type wherever they lie, and read as one population
- ``units``          units of a file: their spike times, when they were observed, their table
"""
