"""Tables of what can be chosen by name: analyses, figures, tasks, cells, learning rules, ...

An upper-case name that is annotated `Registry` is such a table. Its entries are in no hash of code
(`rscnav.workflow.provenance.provenance.code_hash`), so a new entry makes no job run again. A job that uses an entry names the entry's module
as part of its code.
"""

import importlib
from collections.abc import Mapping
from typing import Any, TypeVar

from rscnav.errors import InvalidValueError, did_you_mean

Value = TypeVar("Value")
Registry = dict[str, Value]


def lookup(table: Mapping[str, Value], name: str, what: str) -> Value:
    """Return the entry of that name.

    Raises
    ------
    InvalidValueError
        For an unknown name. The message lists the valid ones, and names the most similar. It begins with `what`: a key of the
        configuration, or what the table lists.
    """
    if name not in table:
        raise InvalidValueError(
            f"{what}: '{name}' is not valid; expected one of {', '.join(table)}{did_you_mean(name, table)}"
        )
    return table[name]


def load(entry: str) -> Any:
    """Import what an entry names: ``package.module``, or ``package.module:object`` for an object in it."""
    module, _, name = entry.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def module_of(entry: str) -> str:
    """Return the module of an entry."""
    return entry.partition(":")[0]
