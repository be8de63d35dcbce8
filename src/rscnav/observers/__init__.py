"""The best any observer could do.

- ``ring_filter``  exact Bayes filter on a grid, for landmarks at known places on the ring
- ``table``        the filter of each task
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"table": ["bayes_filter"]})
