"""PCA eigenspectra and participation ratios, compared with null distributions.

- ``eigenspectrum``        analysis `eigenspectrum`: eigenspectrum of each phase, compared with four null distributions
- ``null_spectra``         null distributions of the eigenspectrum
- ``participation_ratio``  participation ratio without sampling bias, with an interval over trials
- ``pca_spectrum``         eigenspectrum of activity
"""
