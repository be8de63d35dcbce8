"""Tests, intervals and null distributions that the analyses share.

- ``intervals``          means with standard errors and intervals by Student's t, percentile bands of null distributions
- ``permutation``        p-values: from permutations, and adjusted for many tests
- ``jackknife``          jackknife intervals: groups of trials are left out, one at a time or a fifth of them
- ``group_tests``        tests of one value for each session, over sessions
- ``max_statistic``      max-statistic permutation test over lags (family-wise error 0.05), and the onset of an effect
- ``null_models``        null distributions: whole trials permuted among those of similar length, circular shifts
- ``trial_differences``  differences of neighbouring trials: free of what all trials share, and of slow drift
- ``matched_pairs``      matched pairs of cases, and unbiased distances between them
- ``standardise``        z-scores, means and sums over time, block by block
- ``pca``                principal components analysis, block by block
"""
