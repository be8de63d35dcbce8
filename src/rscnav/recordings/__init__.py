"""Recordings: a laboratory's file and a mapping of its names become a `rscnav.sessions.Session`.

- ``read``        file and mapping -> session
- ``by_hand``     arrays in Python -> session; ``session_files``  sessions that are in our own format already
- ``files``       the one door to a file: NWB in HDF5 or Zarr, plain arrays (``arrays``, ``array_files``)
- ``probed``      an HDF5 file is looked through by another process (``probe``, ``probe_links``, ``probe_datasets``) before it is read
- ``nwb_hdf5``    NWB in HDF5 without what cannot be read; ``zarr_stores``  NWB in Zarr, all of it inside the store
- ``nwb``         what is in an NWB file, found by name, with messages that list what there is
- ``contents``    what is in an NWB file, listed without reading it
- ``recorded``    what a file holds of a recording, as the mapping names it
- ``units``       spike times, and when units were observed; ``activity``  series of activity: calcium, counts
- ``position``    series and columns -> one place and heading; ``place``  the same in a session's unit and frame
- ``place_units`` units of a position; ``laps``  tracks that start again
- ``tracking``    a tracked series -> values at any time, and where there are none; ``jumps``  samples that are no place
- ``frame``       from a file's coordinates to a session's; ``moves``  place and movement in bins
- ``intervals``   trials, or stretches cut into pieces; ``trial_rows``  the rows that become trials
- ``same_time``   whether spikes, tracking and trials cover the same time: ``clocks``, ``active_time``, ``time_unit_checks``, ``repeats``,
                  ``covered_time``, with thresholds and reasons in ``time_limits``
- ``outcomes``    what a column's values mean; ``compared``  values that YAML made something else of
- ``landmarks``   where the landmarks are; ``visibility``  when they are in view; ``meeting``  when they were met
- ``phases``      phases as a file has them
- ``binning``     time in bins; ``kept``  which bins are used; ``rates``  spike times -> rates in bins
- ``simulation``  a simulated mouse whose truth is known (needs torch)
- ``simulated_nwb``  that mouse as an NWB file like a laboratory's
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"read": ["open_session", "read_recording"], "by_hand": ["session_from_arrays"]}
)
