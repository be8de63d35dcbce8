"""Modules of a network that are selected by name, for the hash of the code: `rscnav.workflow.provenance.provenance.code_hash`."""

from typing import Any

from rscnav.networks.cells.registry import CELLS
from rscnav.networks.learning_rules.registry import RULES
from rscnav.registry import module_of
from rscnav.tasks.registry import task_code


def network_code(network: Any, trains: bool = False) -> tuple[str, ...]:
    """Return the modules of the task, the observers and the cell of a `NetworkSettings`; with `trains` also of its learning rule."""
    rule = (module_of(RULES[network.training.learning_rule.name]),) if trains else ()
    return (*task_code(network.task), module_of(CELLS[network.cell]), *rule)
