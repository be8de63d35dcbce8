"""Tests, intervals and null distributions that the analyses share.

- ``intervals``          means with standard errors and Student's t intervals, percentile bands of null distributions
- ``permutation``        p-values of permutation tests, and their adjustment for the false discovery rate
- ``jackknife``          jackknife intervals over groups of trials: delete-1, and delete-d with a fifth of the groups
- ``group_tests``        sign-flip test and interval of one value per session
- ``max_statistic``      max-statistic permutation test over lags (family-wise error 0.05), and the onset of an effect
- ``null_models``        null distributions: trial shuffle among trials of similar length, circular shift
- ``trial_differences``  differences between neighbouring trials, free of the shared time course and of slow drift
- ``matched_pairs``      optimal matching of cases, and unbiased distances between matched pairs
- ``standardise``        z-scores and sums over time, computed in blocks
- ``pca``                principal components analysis, computed in blocks
"""
