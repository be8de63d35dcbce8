"""torch, imported when something of it is first used, so that settings are read and analyses run without it.

Not `lazy_loader.load`: that puts a stand-in among the loaded modules, and scipy, which asks there whether torch is in use, then loads all of it.
"""

from typing import Any


class _Late:
    def __getattr__(self, name: str) -> Any:
        import torch as loaded

        return getattr(loaded, name)


torch = _Late()
