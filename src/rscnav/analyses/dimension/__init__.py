"""Correlation dimension of the states, with noise corrections and surrogates.

- ``correlation_dimension``  correlation dimension with its confidence interval
- ``correlation_sum``        correlation sum C(r): fraction of state pairs closer than r
- ``dimension``              analysis `dimension`: correlation dimension of the states of each phase
- ``local_slopes``           local slopes of log C against log r, scaling region, slope and Takens-Theiler estimate
- ``noise_floor``            noise correction of squared distances, and the directions that carry a signal
- ``pair_counts``            exact and fast counts of state pairs by distance
- ``poisson_noise``          Poisson noise: variance of low-passed spike counts at a constant firing rate
- ``scaling_ranges``         dependence of the dimension on the choice of the scaling region
- ``space_time_separation``  space-time separation plot: quantiles of the distance, by time separation
- ``surrogate_data_test``    surrogate data test of the dimension, against surrogates with the same linear statistics
- ``surrogates``             phase-randomised surrogate trials, with and without each unit's distribution
- ``unit_subsets``           dimension as a function of the count of units, for random unit subsets
"""
