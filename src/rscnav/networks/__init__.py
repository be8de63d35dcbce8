"""Recurrent networks that learn the tasks.

- ``architecture``        architecture of a network: cell, layers and size, made from the settings
- ``cells``               layers of units, recurrent and non-recurrent, with one interface
- ``checkpoint``          checkpoints of training runs, and files of trained networks
- ``devices``             choice of the device (CPU or GPU), and locks by which jobs share GPUs
- ``learning_rules``      learning rules: the gradient of a network's weights from its loss on a batch
- ``model``               network: layers of units, and one softmax readout for each head
- ``registered_modules``  modules of a network that are selected by name, for the hash of the code
- ``rollout``             rollout of a trained network: hidden states on training and test trials become a session
- ``settings``            settings of networks and of their training; conversion of seconds to steps
- ``training``            training of networks
- ``weights_file``        content of a file of a trained network, and its checks on writing and reading
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "model": ["Network"],
        "checkpoint": ["load_network"],
        "training.train": ["train"],
        "training.trial_streams": ["draw"],
    },
)
