"""The meeting point: trained networks and recorded animals both become a `Session`.

- ``schema``      the one table of fields that reader, writer and checks run from
- ``session``     the `Session` itself
- ``hdf5``        sessions in files
- ``geometry``    distances and visibility, on the ring and in the plane
- ``encounters``  geometry -> encounters, non-encounters, phases, hypotheses
- ``rollout``     trained network -> session (needs torch)
- ``binning``     spike times -> rates in bins
- ``nwb``         what is in an NWB file, found by name, with messages that list what there is
- ``tracking``    a tracked series -> values at any time, and where there are none
- ``intervals``   trials, or stretches cut into pieces
- ``landmarks``   where the landmarks of a recording are
- ``recorded``    what a file holds of a recording, as the mapping names it
- ``recording``   NWB file and mapping -> session
- ``simulation``  a simulated mouse whose truth is known (needs torch)
- ``simulated_nwb``  that mouse as an NWB file like a laboratory's
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "session": ["Session"],
        "hdf5": ["read_session", "write_session"],
        "recording": ["read_recording"],
        "encounters": ["find_encounters"],
    },
)
