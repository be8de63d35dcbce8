"""Likelihood of the inputs in the arena for poses in the landmark frame."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rscnav.tasks.arena import INPUT_M, Settings, Task
from rscnav.tasks.input_encoding import decode_velocity


class View:
    """Inputs (trial, step, channel) of some trials in units, and their likelihood.

    Attributes
    ----------
    stride, turned : tensor, (trial, step), float32
        Commanded distance (m) and turn (rad).
    seen : tensor, (trial, step), bool
        Whether a landmark is in view.
    bearing, distance : tensor, (trial, step), float32
        Observed bearing and distance of that landmark (rad, m).
    """

    def __init__(self, task: Task, inputs: Tensor) -> None:
        s, n = task.settings, task.settings.velocity_units
        self.settings, inputs = s, inputs.float()
        speed, turn = decode_velocity(inputs[..., :n]), decode_velocity(inputs[..., n : 2 * n])
        flag, sin, cos, distance = inputs[..., 2 * n :].unbind(dim=2)
        self.stride, self.turned = speed * (INPUT_M * s.dt_s), turn * s.dt_s
        self.seen, self.bearing, self.distance = flag > 0.5, torch.atan2(sin, cos), distance * INPUT_M
        angles = task.landmark_angles(inputs.device)
        self.landmarks = (s.radius_m * torch.stack([angles.cos(), angles.sin()], dim=1)).tolist()

    def squared(self, x: Tensor, y: Tensor) -> list[Tensor]:
        """Return the squared distances to a and to b (m²), each with the shape of `x`."""
        return [(there_x - x).square_().add_((there_y - y).square_()) for there_x, there_y in self.landmarks]

    def possible(self, x: Tensor, y: Tensor, step: int) -> Tensor:
        """Return whether the visibility at positions (trial, particle) agrees with the observation, bool."""
        return (torch.minimum(*self.squared(x, y)) < self.settings.visibility_radius_m**2) == self.seen[:, step, None]

    def way(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the vector to the nearest landmark: along x, along y, length (m)."""
        (ax, ay), (bx, by) = self.landmarks
        to_a, to_b = self.squared(x, y)
        is_b = to_b < to_a
        return torch.where(is_b, bx, ax) - x, torch.where(is_b, by, ay) - y, torch.minimum(to_a, to_b).sqrt_()

    def misfit(self, x: Tensor, y: Tensor, heading: Tensor, rows: Tensor, step: int) -> Tensor:
        """`misfit` of the nearest landmark for poses (row, particle) of trials `rows`."""
        seen = self.bearing[rows, step, None], self.distance[rows, step, None]
        return misfit(self.settings, self.way(x, y), heading, *seen)

    def distress(self, x: Tensor, y: Tensor, heading: Tensor, rows: Tensor, step: int) -> Tensor:
        """Return the misfit plus half the squared distance (in units of the motion noise) to the nearest position consistent with the view."""
        s, seen = self.settings, self.seen[rows, step, None]
        beyond = self.way(x, y)[2] - s.visibility_radius_m
        amiss = torch.where(seen, beyond, -beyond).clamp(min=0) / s.motion.noise_m
        return 0.5 * amiss**2 + torch.where(seen, self.misfit(x, y, heading, rows, step), 0.0)

    def draw(
        self, rows: Tensor, step: int, n: int, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Draw poses from the observation only: positions over the whole disc, headings consistent with the bearing.

        Returns
        -------
        x, y, heading : tensor, (row, n)
        misfit : tensor, (row, n)
            -log of their weight; infinite where the observation is impossible.
        """
        s, seen = self.settings, self.seen[rows, step, None]
        out, angle, turn = torch.rand(3, len(rows), n, generator=generator, device=seen.device)
        noise = torch.randn(len(rows), n, generator=generator, device=seen.device)
        out, angle = s.radius_m * out.sqrt(), 2 * math.pi * angle
        x, y = out * angle.cos(), out * angle.sin()
        dx, dy, away = self.way(x, y)
        facing = torch.atan2(dy, dx) - self.bearing[rows, step, None] + s.bearing_noise_rad * noise
        ill = 0.5 * ((away - self.distance[rows, step, None]) / s.distance_noise_m) ** 2
        ill = torch.where((away < s.visibility_radius_m) == seen, torch.where(seen, ill, 0.0), math.inf)
        return x, y, torch.where(seen, facing, 2 * math.pi * turn), ill


def misfit(
    settings: Settings, way: tuple[Tensor, Tensor, Tensor], heading: Tensor, bearing: Tensor, distance: Tensor
) -> Tensor:
    """Return the -log likelihood relative to its maximum: half the squared errors of bearing and distance, in units of their noise.

    Parameters
    ----------
    way : three tensors
        From the pose to the landmark: along x, along y, length (m).
    heading : tensor
        Heading of the pose (rad).
    bearing, distance : tensor
        Observed bearing and distance (rad, m).
    """
    error = torch.atan2(way[1], way[0]).sub_(heading + bearing)
    error -= 2 * math.pi * torch.round(error / (2 * math.pi))
    errors = error.div_(settings.bearing_noise_rad).square_()
    return errors.add_(((way[2] - distance) / settings.distance_noise_m).square_()).mul_(0.5)
