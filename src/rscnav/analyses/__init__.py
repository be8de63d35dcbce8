"""Analyses of sessions. No module here imports torch.

`registry` describes what a module of an analysis must contain. Estimators take plain arrays, not sessions. The module of an
analysis selects the samples, calls the estimators, and adds null distributions and confidence intervals.

- ``across_sessions``  pooled quantities: means and tests over the sessions of a group
- ``decoding``         cross-validated decoders of landmark identity, outcome and position
- ``dimension``        correlation dimension of the states, with noise floors and surrogates
- ``encounters``       activity, states and beliefs at landmark encounters and non-encounters
- ``events``           contiguous stretches, last encounters, and the angle of tuning: heading, or displacement since the last landmark
- ``lowpass_filter``   first-order Butterworth low-pass filter and its settling time
- ``missing_results``  sessions and results that are missing because a job failed; figures and summaries show them as gaps
- ``optimality``       network compared with ideal observers: optimality gap, and the closest observer
- ``pairwise``         pairwise correlations of units, and how much of their structure is preserved between phases
- ``preprocessing``    selection of trials, low-pass filter, masks of phases
- ``registry``         the analyses by name, and the function that runs one
- ``result``           result of an analysis: named arrays with units, notes and a status; its HDF5 file
- ``settings``         settings that all analyses share
- ``spatial_bins``     spatial bins of the ring, or of the visited part of the plane
- ``spectrum``         PCA eigenspectra and participation ratios, compared with null distributions
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
