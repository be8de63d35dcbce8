"""Tests, intervals and null distributions that the analyses share.

- ``matched_pairs``      pairs of moments that are alike in all but one respect
- ``max_statistic``      one test at each of many lags: p at each, p corrected for all of them, and from when on
- ``null_models``        ways to break what a null hypothesis breaks, and nothing else
- ``resampling``         statistics that all analyses share
- ``standardise``        units in units of their own spread
- ``trial_differences``  differences of neighbouring trials: free of what all trials share, and of what changes slowly over the session
"""
