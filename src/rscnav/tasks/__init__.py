"""Worlds with landmarks that look alike, sampled in batches of trials on any device.

- ``settings``  each task's numbers, without torch
- ``batch``     what sampling gives
- ``motion``    how the animal moves
- ``ring``      `ring-fixed`
- ``table``     tasks by name
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"batch": ["Batch", "Task"], "table": ["make_task"], "ring": ["RingFixedTask"]}
)
