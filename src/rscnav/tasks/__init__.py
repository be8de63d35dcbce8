"""Tasks: environments with visually identical landmarks, sampled in batches of trials on any device.

- ``arena``              `arena`: localisation in a disc with two identical landmarks on its rim; report of position and rewarded port
- ``arena_motion``       motion of the animal in a disc
- ``base``               interface of all tasks, timing of trials, batches of trials
- ``input_encoding``     encoding of inputs: one channel, or a population of channels
- ``lazy_torch``         torch, imported at first use, so that settings and analyses do not load it
- ``registry``           tasks by name
- ``ring``               base class of the tasks on a ring: settings, motion, position bins, visibility
- ``ring_external_map``  `ring-external-map`: two to four identical landmarks at new positions in each trial; the map is an input
- ``ring_fixed``         `ring-fixed`: localisation on a ring with two identical landmarks at fixed positions
- ``ring_internal_map``  `ring-internal-map`: two identical landmarks; their separation changes from trial to trial and must be inferred
- ``ring_motion``        motion of the animal on the ring
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"base": ["Batch", "Task"], "registry": ["TASKS", "make_task"]}
)
