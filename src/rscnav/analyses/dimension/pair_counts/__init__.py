"""Exact and fast counts of state pairs by distance, for the correlation sum.

- ``block_kernels``    compiled loops that bin squared distances, for `blocks`
- ``blocks``           counts by blocks of matrix products on the CPU
- ``distance_bins``    bins of squared distances in float32, with a bound for the rounding error
- ``gpu``              counts by blocks of matrix products with torch on a GPU; on a CPU in the tests
- ``kd_tree``          counts by a k-d tree: pairs of leaves beyond the largest radius are skipped
- ``kd_tree_kernels``  compiled loops over the leaves of a k-d tree, for `kd_tree`
- ``slope_variance``   variance of a U-statistic slope over trials, by a two-way jackknife
"""
