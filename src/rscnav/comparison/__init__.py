"""Two or more sessions side by side: how alike their geometries and their dynamics are, and all their numbers in one table.

- ``conditions``   which samples belong to which condition, and which conditions two sessions share
- ``distances``    cross-validated distances between conditions, of one session
- ``geometry``     one session's geometry: distances, their reliability, what resamples and nulls give
- ``alike``        how alike two geometries are (RSA): interval, ceiling, nulls
- ``pieces``       trajectories of one length for the dynamics, and surrogates of them
- ``dynamical``    how far apart two dynamics are (DSA): interval, floor, references
- ``stage``        both, for every pair of the sessions of a comparison
- ``side_by_side`` numbers of all analyses of the sessions, in one table
"""
