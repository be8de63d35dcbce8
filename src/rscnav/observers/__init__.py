"""The best any observer could do, and what lesser observers do.

- ``arena``             ideal observers in the arena: particle filters over the pose and the turn of the scene
- ``arena_likelihood``  what the animal in the arena is told, and how well it fits poses in the landmark frame
- ``grid_filter``       bayes filter and smoother on a ring of grid bins, exact but for the grid
- ``optimality_gap``    the optimality gap: how much worse than the exact Bayes filter, in nats per step
- ``particle_filter``   the particles of the arena's filter on their way: move, look, weigh, resample
- ``particle_prior``    until a trial's first sight of a landmark, in the arena: each pose stands for many turns of the scene at once
- ``particles``         particles of many trials at once: weights, systematic resampling that spares rare hypotheses, histograms
- ``registry``          observers by task and strategy
- ``ring``              ideal and lesser observers of the tasks on the ring
- ``settings``          how finely the ideal observers reckon
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "settings": ["Observer"],
        "registry": ["STRATEGIES", "bayes_filter", "reference_observer", "observe", "strategies"],
    },
)
