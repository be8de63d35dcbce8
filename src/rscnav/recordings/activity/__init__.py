"""Activity of units: spike times, series of samples, firing rates.

- ``firing_rates``   firing rates in time bins from spike times, computed in blocks of units and time
- ``imaging_plane``  one series of activity: fluorescence of an imaging plane, deconvolved events, or spike counts
- ``series``         activity that is a series, or several series (one for each imaging plane) as one population
- ``unit_tables``    Units tables of a file, found by type and read as one population
- ``units``          units of a file: spike times, observed intervals and table columns
"""
