"""What to know of a recording before believing anything that is made of it.

- ``array_contents``      what is in a file of plain arrays (`.npz`, `.mat`, HDF5), and a draft of the key `arrays` for it
- ``available_analyses``  which analyses a session has enough for
- ``clock_alignment``     the clocks of spikes and video: the lag at which rates and movement go together best, against chance
- ``file_contents``       everything that is in a file, by type and not by name, with what no mapping can use
- ``library_warnings``    what the libraries that read a file warn of, collected and shortened
- ``mapping``             A draft of a mapping, guessed from the names in a file
- ``page``                one page of figures of a recording
- ``raw_overview``        what stands in a file that a mapping points at, before anything is put right or left out
- ``report``              A file looked at: what is in it, a draft of its mapping, what that feeds, and checks
- ``run_checks``          all checks of a recording: of what stands in the file, of its clocks, and of the session that is read of it
- ``spike_checks``        checks of spike times: order, restarts, intervals of observation, refractory periods, drift of rates
- ``spike_summary``       what the page of figures shows of spikes, from one unit at a time
- ``tracking_checks``     checks of the tracked place: frames, gaps, NaN, jumps, its unit
- ``trial_alignment``     whether trials start where behaviour says they do: places at their starts, with all trials moved in time
"""
