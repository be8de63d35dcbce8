"""Which modules a network is made of that are chosen by name, for `rscnav.workflow.provenance.provenance.code_hash`."""

from typing import Any

from rscnav.networks.cells.registry import CELLS
from rscnav.networks.learning_rules.registry import RULES
from rscnav.registry import module_of
from rscnav.tasks.registry import task_code


def network_code(network: Any, trains: bool = False) -> tuple[str, ...]:
    """Name the modules of a network's task, observers and cell; where it is trained, of its learning rule, too.

    Parameters
    ----------
    network : rscnav.networks.settings.NetworkSettings
    trains : bool
        True for its training; false where the trained network runs.
    """
    rule = (rule_code(network.training.learning_rule.name),) if trains else ()
    return (*task_code(network.task), cell_code(network.cell), *rule)


def cell_code(cell: str) -> str:
    """Name the module of a cell."""
    return module_of(CELLS[cell])


def rule_code(rule: str) -> str:
    """Name the module of a learning rule."""
    return module_of(RULES[rule])
