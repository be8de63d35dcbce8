"""Which modules a network is made of that are chosen by name, for `rscnav.workflow.provenance.provenance.code_hash`."""

from typing import Any

from rscnav.networks.cells.registry import CELLS
from rscnav.networks.learning_rules.registry import RULES
from rscnav.registry import module_of
from rscnav.tasks.registry import task_code


def network_code(network: Any, trains: bool = False) -> tuple[str, ...]:
    """Name the modules of the task, observers and cell of a `NetworkSettings`; where it is trained, of its learning rule, too."""
    rule = (module_of(RULES[network.training.learning_rule.name]),) if trains else ()
    return (*task_code(network.task), module_of(CELLS[network.cell]), *rule)
