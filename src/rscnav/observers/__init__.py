"""Ideal observers of the tasks, and reduced observers for comparison.

- ``arena``             ideal observers in the arena: particle filters over the pose and the rotation of the scene
- ``arena_likelihood``  likelihood of the inputs in the arena for poses in the landmark frame
- ``grid_filter``       Bayes filter and smoother on a grid on the ring, exact up to the grid
- ``optimality_gap``    optimality gap: loss minus the loss of the exact Bayes filter, in nats per step
- ``particle_filter``   particle filter of the arena: motion, likelihood, weights, resampling
- ``particle_prior``    Rao-Blackwellised particles before the first encounter in the arena: each pose with all rotations of the scene
- ``particles``         particles of many trials: weights, stratified systematic resampling, histograms
- ``registry``          observers by task and strategy
- ``ring``              ideal and reduced observers of the tasks on the ring
- ``settings``          settings: grids and particle counts of the ideal observers
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "settings": ["Observer"],
        "registry": ["STRATEGIES", "bayes_filter", "reference_observer", "observe", "strategies"],
    },
)
