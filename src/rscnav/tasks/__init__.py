"""Worlds with landmarks that look alike, sampled in batches of trials on any device.

- ``arena``              `arena`: find your place in a disc, and the rewarded port on its rim, by two landmarks that look exactly alike
- ``arena_motion``       how the animal moves in a disc
- ``base``               what every task offers: time step and length of its trials, batches of trials, the interface
- ``input_encoding``     how quantities enter the input channels: as one number, or as a population
- ``lazy_torch``         torch, imported when something of it is first used, so that settings are read and analyses run without it
- ``registry``           tasks by name
- ``ring``               what the tasks on the ring share: settings, motion, bins, what is in view
- ``ring_external_map``  `ring-external-map`: two to four alike landmarks at new places in each trial
- ``ring_fixed``         `ring-fixed`: find your place on a ring with two landmarks that look exactly alike
- ``ring_internal_map``  `ring-internal-map`: two alike landmarks whose separation changes from trial to trial and must be found out
- ``ring_motion``        how the animal moves on the ring
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"base": ["Batch", "Task"], "registry": ["TASKS", "make_task"]}
)
