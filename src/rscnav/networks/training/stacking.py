"""Ensembles of networks of one shape: weights and batches with a leading dimension."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from rscnav.networks.model import Network


def stack_networks(tensors: Sequence[Tensor], together: bool) -> Tensor:
    """Return the tensors of an ensemble stacked as (network, ...); the tensor itself for a single network."""
    return torch.stack(list(tensors)) if together else tensors[0]


def keep_some(network: Network, which: Sequence[int]) -> None:
    """Keep only some networks of an ensemble; its parameters remain the same objects."""
    for parameter in network.parameters():
        index = torch.tensor(list(which), device=parameter.device)
        parameter.data, parameter.grad = parameter.data[index], None


def some_of(network: Network, which: Sequence[int]) -> Network:
    """Return a copy of some networks of an ensemble."""
    part = copy.deepcopy(network)
    keep_some(part, which)
    return part
