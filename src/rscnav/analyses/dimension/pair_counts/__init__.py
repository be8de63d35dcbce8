"""Counts of pairs of points by distance: the correlation sum, exact and fast.

- ``block_kernels``    compiled loops of the correlation sum: squared distances to counts, in one pass over memory
- ``blocks``           counting pairs by blocks of matrix products on the CPU
- ``distance_bins``    what tells, from a squared distance in float32, which radii it lies between, and when float32 cannot tell
- ``gpu``              counting pairs by blocks of matrix products with torch, on a GPU (or on a CPU, where the tests run it)
- ``kd_tree``          counting pairs by the leaves of a k-d tree: leaves further apart than the largest radius are passed over
- ``kd_tree_kernels``  compiled loops over the leaves of a k-d tree; see `pair_tree`
- ``slope_variance``   sampling variance of a slope that was read off pairs
"""
