"""Recurrent networks that learn the tasks.

- ``architecture``        what a network is made of, and how its settings become that
- ``cells``               layers of units, recurrent and not, behind one interface
- ``checkpoint``          the state of a training run in a file, and a trained network in a file
- ``devices``             which device networks run on: torch alone decides, when a job runs
- ``learning_rules``      learning rules: how a network's loss on a batch becomes a gradient for its weights
- ``model``               the network: layers of units, then a softmax readout a head
- ``registered_modules``  which modules a network is made of that are chosen by name
- ``rollout``             trained network -> session: its states on training and test trials, as if they were neurons
- ``settings``            settings of networks and of their training; seconds turned into steps
- ``training``            training of networks, from the first batch to the files
- ``weights_file``        what a file of a trained network holds, and what is refused when it is written and when it is read
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
