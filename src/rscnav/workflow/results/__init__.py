"""Results of a run, in Python: read from a results folder, and drawn.

- ``drawing``         `plot`: a figure of a run, or of sessions in memory
- ``results_folder``  `load_results`: sessions, results of analyses and numbers of a results folder
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"drawing": ["plot"], "results_folder": ["Run", "RunSession", "load_results"]},
)
