"""Correlation dimension of the states, with its noise floors and surrogates.

- ``correlation_dimension``  correlation dimension: the curve (`correlation`), the fit (`slopes`) and how sure it is, put together
- ``correlation_sum``        correlation sum: the share of pairs of points that are closer than r
- ``dimension``              analysis `dimension`: the correlation dimension of the states of each phase, an upper bound
- ``local_slopes``           from the correlation sum to a dimension: local slopes, the scaling region, the slope and Takens' estimate in it
- ``noise_floor``            noise that is taken off the distances between states
- ``pair_counts``            counts of pairs of points by distance: the correlation sum, exact and fast
- ``poisson_noise``          what counting spikes adds to low-passed rates
- ``scaling_ranges``         how much a dimension depends on where it is read: slopes over all scaling ranges that would do as well
- ``space_time_separation``  space-time separation: how far apart states are, by how far apart in time
- ``surrogate_data_test``    test whether the dimension is lower than that of surrogate trials which share everything linear with the real ones
- ``surrogates``             surrogate trials that share everything linear with the real ones
- ``unit_subsets``           the dimension as a function of the number of units: random subsets, several of each size
"""
