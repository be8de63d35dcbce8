"""Worlds with landmarks that look alike, sampled in batches of trials on any device.

- ``batch``              what sampling gives, and what every task offers
- ``timing``             settings that every task has
- ``channels``           how quantities enter the input channels
- ``motion``             how the animal moves on the ring
- ``ring``               what the tasks on the ring share
- ``ring_fixed``         two landmarks, the same in every trial
- ``ring_external_map``  new landmarks in each trial, shown as a map at an encounter
- ``ring_internal_map``  two landmarks at a separation that must be found out
- ``plane_motion``       how the animal moves in the plane
- ``arena``              a disc with two landmarks on its rim
- ``table``              tasks by name
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"batch": ["Batch", "Task"], "table": ["TASKS", "make_task"]}
)
