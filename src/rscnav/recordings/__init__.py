"""Recordings: read a laboratory's file with a mapping of its names into a `rscnav.sessions.Session`.

- ``activity``         activity of units: spike times, series of samples, firing rates
- ``bin_selection``    selection of time bins, counts of dropped bins by reason, and the error if no bin is left
- ``binning``          time bins and intervals of time
- ``extract``          units, tracking, epochs and trials of an NWB file, by the names in the mapping
- ``files``            open recorded files and find objects in them
- ``from_arrays``      numpy arrays -> `Session`, without a file or a mapping
- ``landmarks``        landmark positions, visibility and encounters
- ``plain_arrays``     arrays in `.npz`, `.mat` and HDF5 files, converted to an NWB file in memory
- ``read``             NWB file and mapping -> `Session`
- ``session_files``    session files that `write_session` wrote, read without a mapping
- ``settings``         the mapping of a recording: from names in its file to the fields of a session
- ``simulation``       simulated recording with known ground truth (needs torch)
- ``time_checks``      checks that spikes, tracking and trials cover the same time, in one unit and on one clock
- ``tracking``         position and heading of the animal from tracked series
- ``trials``           trials of a recording, their outcomes and phases
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"read": ["open_session", "read_recording"], "from_arrays": ["session_from_arrays"]}
)
