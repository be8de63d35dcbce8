"""The meeting point: trained networks and recorded animals both become a `Session`.

- ``schema``      the one table of fields that reader, writer and checks run from
- ``session``     the `Session` itself
- ``hdf5``        sessions in files
- ``lazy``        activity and spikes that are read when they are asked for
- ``coarse``      wider time bins
- ``geometry``    distances and visibility, on the ring and in the plane
- ``encounters``  geometry -> encounters, non-encounters, phases, hypotheses
- ``beliefs``     what a posterior over places says
- ``outcomes``    which landmark a choice is; ``splits``  training and test trials; ``poisson``  spikes from rates
- ``rollout``     trained network -> session (needs torch)

Recordings become sessions in `rscnav.recordings`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "session": ["Session"],
        "hdf5": ["read_session", "write_session"],
        "encounters": ["find_encounters"],
    },
)
