"""Two or more sessions side by side: how alike their geometries and their dynamics are, and all their numbers in one table.

- ``compare``        every pair of the sessions of a comparison
- ``conditions``     conditions that two sessions share
- ``crossnobis``     distances between the mean states of conditions, cross-validated over groups of trials
- ``dsa``            how far apart two dynamics are: Dynamical Similarity Analysis (DSA), by its authors' library
- ``rdm``            the geometry of one session
- ``rsa``            how alike two geometries are: representational similarity analysis, with its interval, its ceiling and its nulls
- ``segments``       trajectories for the comparison of dynamics: principal components of whole trials, cut into pieces of one length
- ``settings``       sessions that are set side by side, and the numbers of the measures of how alike they are
- ``summary_table``  numbers of all analyses of some sessions, side by side
"""
