"""Recordings: a laboratory's file and a mapping of its names become a `rscnav.sessions.Session`.

- ``activity``         activity of units: spike times, series of samples, firing rates
- ``bin_selection``    which bins of a recording are used, how many were dropped for what, and why none is left
- ``binning``          time in bins
- ``extract``          what an NWB file holds of a recording: units, tracking, epochs and trials, by the names that the mapping gives
- ``files``            opening files of laboratories, and finding what is in them
- ``from_arrays``      arrays that are in Python already -> `Session`, without a file and a mapping
- ``landmarks``        landmarks of a recording: where they are, when they are visible, when they were met
- ``plain_arrays``     arrays in `.npz`, `.mat` and HDF5 files, as the NWB file that they would be
- ``read``             NWB file and mapping -> `Session`
- ``session_files``    sessions that are in our own format already, as `write_session` writes them: by hand, or by another run
- ``settings``         the mapping of a recording: from names in its file to the fields of a session
- ``simulation``       A simulated mouse whose truth is known, as a recording (needs torch)
- ``time_checks``      checks that spikes, tracking and trials cover the same time, in one unit and on one clock
- ``tracking``         position and heading of the animal from tracked series
- ``trials``           trials of a recording, their outcomes and phases
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"read": ["open_session", "read_recording"], "from_arrays": ["session_from_arrays"]}
)
