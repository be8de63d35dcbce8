"""torch, imported when something of it is first used, so that settings are read and analyses run without it; `Tensor` is for annotations.

Not `lazy_loader.load`: that puts a stand-in among the loaded modules, and scipy, which asks there whether torch is in use, then loads all of it.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch as torch
    from torch import Tensor as Tensor
else:

    class _Late:
        def __getattr__(self, name: str) -> Any:
            import torch as loaded

            return getattr(loaded, name)

    torch, Tensor = _Late(), Any
