"""PCA eigenspectra and participation ratios, beside shuffled controls.

- ``eigenspectrum``        analysis `eigenspectrum`: how many principal components the activity of each phase has, against four controls
- ``null_spectra``         controls of the eigenvalue spectrum
- ``participation_ratio``  participation ratio free of what few samples add to it, with an interval over trials
- ``pca_spectrum``         eigenvalue spectrum of activity
"""
