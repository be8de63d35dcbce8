"""Recurrent networks that learn the tasks.

- ``settings``    a network's settings, seconds turned into steps; ``build`` makes an architecture of them
- ``cells``       layers of units; ``model`` stacks them into the network: inputs -> hidden states -> reports
- ``objective``   what training lowers; ``rules`` turn it into gradients, ``optimiser`` gradients into changes of weights
- ``streams``     which trials are for training, validation and test; ``curriculum``: easier ones to begin with
- ``schedule``    learning rate; ``stopping``: when a training ends early, and when it has gone wrong
- ``validation``  loss on held-out trials, beside the best observer's
- ``checkpoint``  state of a training run in a file, and a trained network in a file; ``weights``: what the latter holds
- ``records``     what a file was trained with; ``resuming``: which checkpoint will do, for which networks
- ``plan``        what to train and how; ``members``: a network with its plan, its seeds and its folder
- ``ensembles``   several networks side by side; ``learner``: networks, one or several, and one batch
- ``progress``    what is said on the way; ``cost``: operations in a step; ``products``: which library does them
- ``run``         batches, validations, divergences, checkpoints; ``training``: from the first batch to the files
- ``devices``     which device networks run on; jobs share GPUs
- ``together``    one network's job, which may train others of its shape; ``ready``: files that wait for another's job
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"model": ["Network"], "checkpoint": ["load_network"], "training": ["train"], "streams": ["draw"]},
)
