"""Recurrent networks that learn the tasks.

- ``model``       cells and the network: inputs -> hidden states -> reports
- ``streams``     which trials are for training, validation and test
- ``curriculum``  easier trials to begin with
- ``schedule``    learning rate
- ``checkpoint``  state of a training run in a file, and a trained network in a file
- ``training``    the loop, which resumes where it was killed
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"model": ["Network"], "checkpoint": ["load_network"], "training": ["train"], "streams": ["draw"]},
)
