"""What is computed on a session. Nothing here imports torch.

The contract of an analysis stands in ``registry``. Estimators take plain arrays and know no session; the module of an analysis
selects the samples, calls the estimators, and adds the null distribution and the interval.

- ``across_sessions``  numbers over sessions
- ``decoding``         cross-validated decoders: which landmark it is, how the trial ends, and where the animal is
- ``dimension``        correlation dimension of the states, with its noise floors and surrogates
- ``encounters``       what happens at landmark encounters and non-encounters
- ``events``           the angle that tuning is measured over: heading, or the displacement since the last landmark
- ``lowpass_filter``   low-pass filter, and how long it remembers where it started
- ``missing_results``  what a run could not make: sessions and results that figures, numbers and comparisons show as named gaps
- ``optimality``       how close a network comes to the best observer of its task
- ``pairwise``         correlations between units, and how much of them is kept between phases
- ``preprocessing``    what all analyses share: which trials they use, the low-pass filter, the samples of a phase
- ``registry``         the analyses by name, and how one is run
- ``result``           what an analysis gives: named arrays with units, notes, a status; and its HDF5 file
- ``settings``         settings that all analyses share
- ``spatial_bins``     locations: bins of the ring, or of the part of the plane that was visited
- ``spectrum``         PCA eigenspectra and participation ratios, beside shuffled controls
- ``state_space``      trajectories along the principal components
- ``statistics``       tests, intervals and null distributions that the analyses share
- ``tuning``           tuning curves, their entropy, and the dispersion of firing rates
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "tuning.entropy": ["tuning_entropy"],
        "lowpass_filter": ["lowpass"],
        "encounters.categories": ["categorise_encounters"],
        "spectrum.pca_spectrum": ["eigenspectrum", "participation_ratio"],
        "dimension.correlation_sum": ["correlation_sum"],
        "dimension.correlation_dimension": ["correlation_dimension"],
        "registry": ["ANALYSES", "analyse"],
        "result": ["Result", "read_result", "write_result"],
    },
)
