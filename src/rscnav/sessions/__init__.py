"""The meeting point: trained networks and recorded animals both become a `Session`.

- ``encounters``        geometry -> encounters, non-encounters, phases, hypotheses
- ``geometry``          distances and visibility, on the ring and in the plane
- ``hdf5``              sessions in HDF5 files: `read_session` and `write_session` both run from the schema, so they cannot drift apart
- ``hdf5_tables``       structured arrays in HDF5: a group a table, a dataset a column
- ``lazy``              activity and spikes that are read, or computed, when they are asked for
- ``outcomes``          what an observer does in the end, and whether it is right: the behavioural outcome of a trial
- ``poisson``           poisson spikes from rates in bins
- ``posteriors``        what a belief over places says: how sure, how wrong, how far from another belief
- ``rebinning``         wider time bins: a session at the time step of the analyses, without ever holding its activity at the finer one
- ``schema``            the one table of fields that a session has
- ``session``           the `Session`: what every analysis and figure takes, be it of a network or of an animal
- ``settings``          what counts as an encounter with a landmark
- ``train_test_split``  which trials are for training, and which for testing
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"session": ["Session"], "hdf5": ["read_session", "write_session"], "encounters": ["find_encounters"]},
)
