"""Tables of what can be chosen by name: analyses, figures, tasks, cells, learning rules, ...

An upper-case name that is annotated `Registry` is such a table. Its entries are in no hash of code
(`rscnav.workflow.provenance.provenance.code_hash`), so a new entry makes no job run again. A job that uses an entry names the entry's module
as part of its code.
"""

import importlib
from typing import Any, TypeVar

Value = TypeVar("Value")
Registry = dict[str, Value]


def load(entry: str) -> Any:
    """Import what an entry names: ``package.module``, or ``package.module:object`` for an object in it."""
    module, _, name = entry.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def module_of(entry: str) -> str:
    """Return the module of an entry."""
    return entry.partition(":")[0]
