"""torch, imported at first use, so that settings and analyses do not load it; `Tensor` is for annotations.

`lazy_loader.load` does not serve here: it puts a placeholder into `sys.modules`, and scipy, which looks there for torch, then loads all of it.
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
