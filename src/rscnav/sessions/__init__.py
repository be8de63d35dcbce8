"""Sessions: one data structure and file format for trained networks and recorded animals.

- ``encounters``        landmark encounters, non-encounters, phases and hypotheses, from positions
- ``geometry``          distances and visibility, on the ring and in the plane
- ``hdf5``              `load_session` and `write_session` for HDF5 files, both derived from the schema
- ``hdf5_tables``       structured arrays in HDF5: one group per table, one dataset per column
- ``lazy``              activity and spikes that are read or computed on access
- ``notebook_views``    sessions as xarray, pynapple and pandas objects
- ``outcomes``          behavioural outcome of a trial: the choice of an observer, correct or not
- ``poisson``           Poisson spikes from binned rates
- ``posteriors``        certainty, error and Kullback-Leibler divergence of beliefs over positions
- ``rebinning``         averaging into wider time bins, block by block
- ``schema``            the table of all fields of a session
- ``selection``         selection of trials, units, phases and time bins
- ``session``           the `Session`: input of every analysis and figure
- ``settings``          settings of landmark encounters
- ``train_test_split``  random split into training and test trials
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"session": ["Session"], "hdf5": ["load_session", "write_session"], "encounters": ["find_encounters"]},
)
