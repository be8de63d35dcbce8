"""The best any observer could do, and what lesser observers do.

- ``settings``   how finely they reckon
- ``table``      observers by task and strategy
- ``ring_grid``  Bayes filter and smoother on a grid of the ring
- ``ring``       observers of the tasks on the ring
- ``arena``      observers of the arena: particles
- ``gap``        how much worse than the filter
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "settings": ["Observer"],
        "table": ["STRATEGIES", "bayes_filter", "limit_of", "observe", "strategies"],
    },
)
