"""What to know of a recording before believing anything that is made of it.

- ``report``    the whole: what is in a file, a draft of its mapping, what that feeds, checks
- ``contents``  every series and table, by type
- ``guess``     what names probably mean (``guess_position``, ``guess_trials``, ``guessed``); ``draft``  the same as YAML
- ``checks``    all checks and their verdicts, those that could not be made included
- ``spike_checks``, ``track_checks``, ``lag``  flaws of spikes, of tracking, of the clocks (``verdicts``)
- ``starts``    whether trials start where behaviour says so, by moving them in time
- ``raw``       what stands in the file before anything is put right, ``spike_summary`` of its spikes; ``measures``  the numbers that the page shows
- ``page``      one page of figures (``page_track``, ``page_time``, ``page_spikes``)
- ``feeds``     which analyses a session has enough for
"""
