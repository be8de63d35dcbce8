"""How the animal moves in a disc: it commands speed and turns by what it reckons its pose to be, and slips unawares."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import lazy_loader
from pydantic import Field

from rscnav.config.base import Closed
from rscnav.tasks.motion import accumulated

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy_loader.load("torch")


class PlaneMotion(Closed):
    """How the animal moves in the disc: random speed and turning, along the wall where it is near; noise unsensed."""

    speed_m_s: float = Field(0.08, gt=0, description="mean speed; speeds are Rayleigh distributed (m/s)")
    speed_correlation_s: float = Field(
        1.0, gt=0, description="correlation time of the two processes whose length the speed is (s)"
    )
    turn_sd_rad_s: float = Field(2.25, ge=0, description="standard deviation of the turn rate (rad/s)")
    turn_correlation_s: float = Field(0.08, gt=0, description="correlation time of the turn rate (s)")
    wall_m: float = Field(0.1, gt=0, description="nearer to the wall than this the animal turns to go along it (m)")
    wall_turn_rad_s: float = Field(
        6.0, ge=0, description="how fast it turns at the wall when heading straight at it (rad/s)"
    )
    noise_m: float = Field(0.003, gt=0, description="sd of the unsensed motion, each step and coordinate (m)")
    noise_rad: float = Field(0.03, gt=0, description="sd of the unsensed turn, each step (rad)")


def commands(
    motion: PlaneMotion,
    dt_s: float,
    n_trials: int,
    n_steps: int,
    generator: torch.Generator,
    device: torch.device | str,
) -> tuple[Tensor, Tensor]:
    """Draw what the animal would do far from any wall: speed and turn rate.

    The speed is the length of two independent Ornstein-Uhlenbeck processes (Rayleigh distributed), the turn rate one more.

    Returns
    -------
    speed : tensor, (trial, step), float64
        m/s
    turn : tensor, (trial, step), float64
        rad/s, counter-clockwise positive.
    """
    shocks = torch.randn(3, n_trials, n_steps, generator=generator, device=device, dtype=torch.float64)
    keep = [math.exp(-dt_s / motion.speed_correlation_s)] * 2 + [math.exp(-dt_s / motion.turn_correlation_s)]
    processes = []
    for shock, k in zip(shocks, keep, strict=True):
        pushes = math.sqrt(1 - k**2) * shock
        pushes[:, 0] = shock[:, 0]  # in the steady state from the first step on
        processes.append(accumulated(pushes, k))
    speed = torch.hypot(processes[0], processes[1]) * (motion.speed_m_s / math.sqrt(math.pi / 2))
    return speed, processes[2] * motion.turn_sd_rad_s


def wander(
    motion: PlaneMotion,
    radius_m: float,
    dt_s: float,
    n_trials: int,
    n_steps: int,
    generator: torch.Generator,
    device: torch.device | str,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Walk in a disc from its centre, heading along x.

    Commands follow the dead-reckoned pose, which is a function of past commands; the true pose takes the same commands
    with fresh noise. So commands tell of the pose nothing beyond themselves.

    Parameters
    ----------
    motion : PlaneMotion
    radius_m : float
    dt_s : float
    n_trials, n_steps : int
    generator : torch.Generator
    device : torch.device or str

    Returns
    -------
    place : tensor, (trial, step, 2), float64
        m, in the frame of the start.
    heading : tensor, (trial, step), float64
        rad, not wrapped.
    speed, turn : tensor, (trial, step), float64
        Commands: m/s, rad/s.
    """
    draw: dict[str, Any] = {"generator": generator, "device": device, "dtype": torch.float64}
    speed, turn = commands(motion, dt_s, n_trials, n_steps, generator, device)
    # Row 0 of each pair is the dead-reckoned pose, row 1 the true one: both take every step together.
    slip = torch.zeros(n_steps, 3, 2, n_trials, **{k: draw[k] for k in ("device", "dtype")})
    slip[:, :, 1] = torch.randn(n_steps, 3, n_trials, **draw)
    slip[:, :2] *= motion.noise_m
    slip[:, 2] *= motion.noise_rad
    x, y, heading = slip.new_zeros(3, 2, n_trials)
    poses = slip.new_empty(n_steps, 3, 2, n_trials)
    free, strides = turn.T, (speed.T * dt_s).contiguous()
    steered = torch.empty_like(free, memory_format=torch.contiguous_format)
    for step in range(n_steps):
        torch.add(free[step], wall_turn(motion, radius_m, x[0], y[0], heading[0]), out=steered[step])
        pose = moved(x, y, heading, strides[step], steered[step] * dt_s, slip[step], radius_m)
        poses[step, 0], poses[step, 1], poses[step, 2] = x, y, heading = pose
    place = poses[:, :2, 1].permute(2, 0, 1)
    return place, poses[:, 2, 1].T, speed, steered.T


def wall_turn(motion: PlaneMotion, radius_m: float, x: Tensor, y: Tensor, heading: Tensor) -> Tensor:
    """Turn rate (rad/s) that leads along the wall: the faster the nearer and the more straight the animal heads at it."""
    out = torch.hypot(x, y)
    ahead = x * torch.cos(heading) + y * torch.sin(heading)  # outward part of the heading, times `out`
    aside = x * torch.sin(heading) - y * torch.cos(heading)
    near = ((out - (radius_m - motion.wall_m)) / motion.wall_m).clamp(min=0)
    straight = ahead.clamp(min=0) / out.clamp(min=1e-12)
    return motion.wall_turn_rad_s * near * straight * torch.where(aside < 0, -1.0, 1.0)


def moved(
    x: Tensor, y: Tensor, heading: Tensor, stride: Tensor, turned: Tensor, slip: Tensor | list[Tensor], radius_m: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Take one step: turn, go forward, slip; whoever would leave the disc stays on its rim.

    Parameters
    ----------
    x, y, heading : tensor
        Pose before (m, m, rad).
    stride, turned : tensor
        Commanded way (m) and turn (rad).
    slip : three tensors
        Noise on x, y (m) and heading (rad).
    radius_m : float

    Returns
    -------
    x, y, heading : tensor
    """
    heading = heading + turned + slip[2]
    x = x + stride * torch.cos(heading) + slip[0]
    y = y + stride * torch.sin(heading) + slip[1]
    inside = (radius_m / torch.hypot(x, y)).clamp(max=1)  # at the centre radius / 0 = inf: inside
    return x * inside, y * inside, heading
