"""Correlations between units, and how much of them is kept between phases.

- ``block_correlations``  correlations between units, from blocks of trials
- ``pairwise``            analysis `pairwise`: correlations between units in each phase
"""
