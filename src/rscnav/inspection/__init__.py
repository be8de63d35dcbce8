"""Inspection of recorded files: contents, a draft of the mapping, data checks and the quality report.

- ``array_contents``      list of the arrays in a `.npz`, `.mat` or HDF5 file, and a draft of the key `arrays`
- ``available_analyses``  analyses that are possible with the data of a session
- ``clock_alignment``     clock check: cross-correlation of firing rates and speed by lag, against circular shifts
- ``file_contents``       list of all series and tables of a file by their NWB type
- ``inspect``             inspection of a file: contents, draft of the mapping, checks
- ``library_warnings``    warnings of the libraries that read a file, collected and shortened
- ``mapping``             draft of a mapping, guessed from the types, values and names in a file
- ``page``                quality report: one page of figures of a recording
- ``raw_overview``        uncorrected data of a file: units, activity, tracking, trials, epochs
- ``report``              result of an inspection, and its text for the terminal
- ``run_checks``          all checks of a file: spikes, tracking and clocks
- ``spike_checks``        checks of spike times: order, restarts, refractory period, drift of rates
- ``spike_summary``       statistics of spikes for the quality report, from one unit at a time
- ``tracking_checks``     checks of the tracked position: frames, gaps, NaN, jumps, unit
- ``trial_alignment``     check of the trial times: clustering of the positions at trial starts, with all trials shifted in time
"""
