"""Several networks of one shape side by side: weights and batches with a leading dimension."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from rscnav.networks.model import Network


def stack_networks(tensors: Sequence[Tensor], together: bool) -> Tensor:
    """Stack what several networks get, (network, ...); of a network alone it stays as it is."""
    return torch.stack(list(tensors)) if together else tensors[0]


def keep_some(network: Network, which: Sequence[int]) -> None:
    """Drop all networks but some; parameters stay the same objects."""
    for parameter in network.parameters():
        index = torch.tensor(list(which), device=parameter.device)
        parameter.data, parameter.grad = parameter.data[index], None


def some_of(network: Network, which: Sequence[int]) -> Network:
    """Copy some of several networks."""
    part = copy.deepcopy(network)
    keep_some(part, which)
    return part
