"""Comparison of two to six sessions: similarity of geometry (RSA), similarity of dynamics (DSA), table of all results.

- ``compare``        RSA and DSA of every session pair of a comparison
- ``conditions``     conditions of RSA: phase and spatial bin, or phase and time since it began
- ``crossnobis``     crossnobis distances between conditions, cross-validated over groups of trials
- ``dsa``            dynamical similarity analysis (DSA) with the library of its authors
- ``rdm``            distances between the conditions of one session, with resamples and nulls
- ``rsa``            representational similarity analysis (RSA): similarity, interval, noise ceiling and nulls
- ``segments``       segments of trajectories for DSA: principal components of trials, cut to one length
- ``settings``       settings of comparisons and of RSA and DSA
- ``summary_table``  table of the results of all analyses of several sessions
"""
