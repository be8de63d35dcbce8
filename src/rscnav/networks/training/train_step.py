"""One training step of a network or of an ensemble."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from rscnav.errors import InvalidValueError
from rscnav.networks.learning_rules.registry import make_rule
from rscnav.networks.model import Network
from rscnav.networks.training.curriculum import Curriculum
from rscnav.networks.training.loss import Objective
from rscnav.networks.training.member import Member
from rscnav.networks.training.optimiser import Adam
from rscnav.networks.training.stacking import keep_some, stack_networks
from rscnav.networks.training.trial_streams import draw
from rscnav.networks.training.validation import scored
from rscnav.tasks.base import Task


class TrainStep:
    """A network or an ensemble with its optimiser; initial weights, batches and noise are drawn from the seeds of each member.

    Parameters
    ----------
    members : sequence of Member
        One member: a network without a leading dimension. More: an ensemble.
    together : bool, optional
        True: also a single network is an ensemble, as when it is the last one of an ensemble. Default: more than one member.

    Raises
    ------
    InvalidValueError
        If the learning rule cannot train these networks.
    """

    def __init__(
        self, task: Task, members: Sequence[Member], device: torch.device, together: bool | None = None
    ) -> None:
        self.task, self.members, self.device = task, list(members), device
        self.together = len(members) > 1 if together is None else together
        plan, n_inputs = members[0].plan, len(task.channels)
        self.curriculum = Curriculum(task, plan.training)
        self.rule = make_rule(plan.training.learning_rule, members[0].seeds.integer("rule"))
        for _, lesson, n_trials in [*self.curriculum.lessons, (0, task, plan.training.batch_size)]:
            self.rule.check(plan.architecture, n_inputs, lesson.n_steps, n_trials)
        if self.together and not self.rule.ensembles:
            raise InvalidValueError(
                f"training.learning_rule: '{plan.training.learning_rule.name}' cannot train several networks together; train them one by one, or use bptt or truncated_bptt"
            )
        first = [torch.Generator().manual_seed(member.seeds.integer("weights")) for member in members]
        network = Network(n_inputs, task.heads, plan.architecture, first if self.together else first[0])
        self.network = network.to(device)
        self.adam = Adam(list(self.network.parameters()), len(members))
        self.batch = 0

    def step(self) -> Tensor:
        """Train on one batch, and return the loss of each network, (network,)."""
        task, n_trials = self.curriculum.at(self.batch)
        batches = [draw(task, m.seeds, "train", self.batch, n_trials, self.device) for m in self.members]
        inputs = stack_networks([batch.inputs for batch in batches], self.together).movedim(-2, 0)
        targets = {h: stack_networks([b.targets[h] for b in batches], self.together) for h in task.heads}
        inputs = inputs.to(next(self.network.parameters()).dtype)  # (step, [network,] trial, channel)
        settings = [member.plan.training for member in self.members]
        costs = [s.activity_l2 for s in settings]
        objective = Objective(targets, scored(self.task), costs if self.together else costs[0])
        loss = self.rule.gradient(self.network, inputs, objective, self._noise())
        self.adam.step([m.rate(self.batch) for m in self.members], [s.grad_clip_norm for s in settings])
        self.batch += 1
        return loss.reshape(-1)

    def size(self, batch: int) -> tuple[int, int]:
        """Return the number of trials of a batch (counted from 0), and of steps in a trial."""
        task, n_trials = self.curriculum.at(batch)
        return n_trials, task.n_steps

    def keep(self, which: Sequence[int]) -> None:
        """Continue with only some of the networks."""
        self.members = [self.members[k] for k in which]
        if self.members:
            keep_some(self.network, which)
            self.adam.keep(which)

    def weights(self, member: Member) -> dict[str, Tensor]:
        """Return a copy of a network's weights on the CPU, without the leading dimension."""
        which = self.members.index(member) if self.together else ...
        return {name: value[which].detach().cpu().clone() for name, value in self.network.state_dict().items()}

    def state(self) -> dict[str, Any]:
        """Return a copy of all values on which the next batch depends."""
        weights = {name: value.detach().clone() for name, value in self.network.state_dict().items()}
        return {"batch": self.batch, "weights": weights, "adam": self.adam.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore the values of `state`."""
        self.batch = state["batch"]
        self.network.load_state_dict(state["weights"])
        self.adam.restore(state["adam"])

    def _noise(self) -> Any:
        """Return the generators of this batch's process noise; None without noise."""
        if self.members[0].plan.architecture.process_noise == 0:
            return None
        seeds = [member.seeds.integer("noise", self.batch) for member in self.members]
        noise = [torch.Generator(device=self.device).manual_seed(seed) for seed in seeds]
        return noise if self.together else noise[0]
