"""Pairwise correlations of units, and how much of their structure is preserved between phases.

- ``block_correlations``  unbiased statistics of pairwise correlations, from blocks of trials
- ``pairwise``            analysis `pairwise`: pairwise correlations in each phase
- ``structure_nulls``     null distributions: sign flip, Mantel test
"""
