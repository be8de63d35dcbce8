"""Recordings: a laboratory's file and a mapping of its names become a `rscnav.sessions.Session`.

- ``read``        file and mapping -> session
- ``recorded``    what a file holds of a recording, as the mapping names it
- ``nwb``         what is in an NWB file, found by name, with messages that list what there is
- ``tracking``    a tracked series -> values at any time, and where there are none
- ``intervals``   trials, or stretches cut into pieces
- ``landmarks``   where the landmarks are
- ``binning``     spike times -> rates in bins
- ``simulation``  a simulated mouse whose truth is known (needs torch)
- ``simulated_nwb``  that mouse as an NWB file like a laboratory's
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"read": ["read_recording"]})
