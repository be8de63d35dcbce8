"""No network does better than the filter: a leak of the truth into the inputs would show in two ways, and is planted once."""

import math
from dataclasses import replace

import pytest
import torch

from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network, step_losses
from rscnav.observers.optimality_gap import optimality_gap, true_bin_loss
from rscnav.observers.registry import observe
from rscnav.observers.settings import Observer
from rscnav.tasks.registry import make_task

N_TEST, N_STEPS = 300, 40
TASKS = {
    "ring-fixed": {},
    "ring-external-map": {},
    "ring-internal-map": {},
    "arena": {"trial_s": 4.0, "motion": {"speed_m_s": 0.3}},  # fast, so that short trials meet landmarks
}


def leaking(batch):
    """The landmark channel tells half the place, as a mistake in the order of two lines might have it do."""
    inputs = batch.inputs.clone()
    inputs[:, :, 1] = batch.position[:, :, 0].sin().float()
    return replace(batch, inputs=inputs)


def trained(task, n_batches, spoil=lambda batch: batch):
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(1)
    network = Network(len(task.channels), task.heads, Architecture("gru", 32), generator)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(n_batches):
        batch = spoil(task.sample(48, N_STEPS, generator))
        logits = network(batch.inputs)[1]
        loss = sum(step_losses(logits[head], batch.targets[head]).mean() for head in task.heads)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    return network


@torch.no_grad()
def measured(network, task, batch, filtered):
    """Network's loss a step (trial, step), its gap, and its loss on inputs of other trials minus the prior's, with se."""
    target = batch.targets["position"]
    loss = step_losses(network(batch.inputs)[1]["position"], target)
    posterior = observe(task, filtered, "bayes", Observer(particles=2048))["position"]
    bayes = true_bin_loss(posterior.flatten(0, 1).numpy(), target.flatten().numpy())
    trial = torch.arange(len(batch)).repeat_interleave(batch.inputs.shape[1]).numpy()
    gap = optimality_gap(loss.flatten().numpy(), bayes, trial)
    shuffled = step_losses(network(batch.inputs.roll(7, dims=0))[1]["position"], target)
    return loss, gap, (shuffled - prior_loss(task, target)).mean(dim=1)


def prior_loss(task, target):
    """Loss of knowing the step alone: counts at each step of many other trials."""
    others = task.sample(4000, target.shape[1], torch.Generator().manual_seed(77)).targets["position"]
    counts = torch.zeros(target.shape[1], task.heads["position"]).scatter_add_(1, others.T, torch.ones(others.T.shape))
    share = (counts + 1) / (counts + 1).sum(dim=1, keepdim=True)
    return -share.log()[torch.arange(target.shape[1]), target]


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_a_trained_network_stays_above_the_filter_and_knows_nothing_of_other_trials(name):
    task = make_task(name, **TASKS[name])
    network = trained(task, 120)
    batch = task.sample(N_TEST, N_STEPS, torch.Generator().manual_seed(2))
    loss, gap, excess = measured(network, task, batch, batch)
    assert (prior_loss(task, batch.targets["position"]) - loss).mean() > 0.02  # it has learned something
    assert gap.value > -3 * gap.se
    assert excess.mean() > -3 * excess.std() / math.sqrt(N_TEST)


def test_a_planted_leak_shows_as_a_negative_gap():
    task = make_task("ring-fixed")
    network = trained(task, 200, leaking)
    batch = task.sample(N_TEST, N_STEPS, torch.Generator().manual_seed(2))
    _, gap, _ = measured(network, task, leaking(batch), batch)
    assert gap.value < -3 * gap.se
