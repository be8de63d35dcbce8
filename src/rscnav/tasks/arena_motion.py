"""Motion of the animal in a disc: commands depend on the dead-reckoned pose, and motion noise is not sensed."""

from __future__ import annotations

import math
from itertools import pairwise

from pydantic import Field

from rscnav.settings.strict_settings import StrictSettings
from rscnav.tasks.lazy_torch import Tensor, torch


class PlaneMotion(StrictSettings):
    """Settings of the motion in the disc: random speed and turn rate, wall following, and motion noise that is not sensed."""

    speed_m_s: float = Field(0.08, gt=0, description="mean speed; speeds are Rayleigh distributed (m/s)")
    speed_correlation_s: float = Field(
        1.0, gt=0, description="correlation time of the two processes whose norm is the speed (s)"
    )
    turn_sd_rad_s: float = Field(2.25, ge=0, description="standard deviation of the turn rate (rad/s)")
    turn_correlation_s: float = Field(0.08, gt=0, description="correlation time of the turn rate (s)")
    wall_m: float = Field(0.1, gt=0, description="closer to the wall than this, the animal turns to walk along it (m)")
    wall_turn_rad_s: float = Field(
        6.0, ge=0, description="turn rate when the animal heads straight at the wall (rad/s)"
    )
    noise_m: float = Field(
        0.003, gt=0, description="motion noise, not part of the sensed step: sd of each step and coordinate (m)"
    )
    noise_rad: float = Field(0.03, gt=0, description="turn noise, not part of the sensed turn: sd of each step (rad)")


def commands(
    motion: PlaneMotion,
    dt_s: float,
    n_trials: int,
    n_steps: int,
    generator: torch.Generator,
    device: torch.device | str,
) -> tuple[Tensor, Tensor]:
    """Draw the commands far from any wall: speed and turn rate.

    The speed is the norm of two independent Ornstein-Uhlenbeck processes (Rayleigh distributed); the turn rate is a third process.

    Returns
    -------
    speed, turn : tensor, (step, trial), float64
        m/s; rad/s, counter-clockwise positive.
    """
    process = torch.randn(n_steps, 3, n_trials, generator=generator, device=device).double()
    times_s = process.new_tensor([motion.speed_correlation_s, motion.speed_correlation_s, motion.turn_correlation_s])
    keep = torch.exp(-dt_s / times_s)[:, None]
    process[1:] *= (1 - keep**2).sqrt()  # in the steady state from the first step on
    for before, now in pairwise(process.unbind()):
        now.addcmul_(before, keep)
    speed = torch.hypot(process[:, 0], process[:, 1]) * (motion.speed_m_s / math.sqrt(math.pi / 2))
    return speed, process[:, 2] * motion.turn_sd_rad_s


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

    Commands depend on the dead-reckoned pose, which is a function of past commands; the true pose takes the same commands
    plus motion noise. Given past commands, a command therefore carries no further information on the true pose. Steps are those
    of `moved`, in complex numbers, because time grows with the count of operations on many small tensors.

    Returns
    -------
    place : tensor, (trial, step, 2), float64
        m, in the frame of the start.
    heading : tensor, (trial, step), float64
        rad, not wrapped.
    speed, turn : tensor, (trial, step), float64
        Commands: m/s, rad/s.
    """
    speed, free = commands(motion, dt_s, n_trials, n_steps, generator, device)
    slip = torch.randn(3, n_steps, n_trials, generator=generator, device=device).double()
    slip_turn = slip[2] * motion.noise_rad
    # Row 0 of each pair is the dead-reckoned pose, row 1 the true one: both take every step together.
    places = torch.zeros(n_steps, 2, n_trials, device=device, dtype=torch.complex128)
    places[:, 1] = torch.complex(slip[0], slip[1]) * motion.noise_m
    strides = (speed * dt_s).to(places.dtype)
    spins = unit(torch.stack([free * dt_s, free * dt_s + slip_turn], dim=1))
    at_wall = torch.empty_like(free)  # turn due to the wall in each step, rad
    heading, outward = places.new_ones(2, 2, n_trials)  # directions: of the animal, of its place from the centre
    place, distance = torch.zeros_like(heading), free.new_zeros(2, n_trials)
    course, one = torch.empty_like(heading[0]), torch.ones_like(free[0])
    ahead, aside = course.real, course.imag
    reckoned = heading[0], outward[0], distance[0]
    for now, stride, spin, turn in zip(
        places.unbind(), strides.unbind(), spins.unbind(), at_wall.unbind(), strict=True
    ):
        torch.div(reckoned[0], reckoned[1], out=course)
        torch.mul(wall_turn(motion, radius_m, reckoned[2], ahead, aside), dt_s, out=turn)
        heading.mul_(spin).mul_(torch.polar(one, turn, out=course))
        place = now.add_(place).addcmul_(heading, stride)  # `now` held the slip
        torch.abs(place, out=distance)
        torch.div(place, distance, out=outward)
        torch.mul(outward, distance.clamp_(max=radius_m), out=place)
    steered = free + at_wall / dt_s
    true_heading = torch.cumsum(steered * dt_s + slip_turn, dim=0)
    place = torch.view_as_real(places[:, 1].T.contiguous())
    return place, true_heading.T.contiguous(), speed.T.contiguous(), steered.T.contiguous()


def rotated(x: Tensor, y: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Rotate positions by an angle, given by its cosine and sine."""
    return cos * x - sin * y, sin * x + cos * y


def unit(angle: Tensor) -> Tensor:
    """Return exp(i angle), for angles in rad."""
    return torch.complex(angle.cos(), angle.sin())


def wall_turn(motion: PlaneMotion, radius_m: float, distance: Tensor, ahead: Tensor, aside: Tensor) -> Tensor:
    """Compute the turn rate (rad/s) of wall following; it grows with proximity and with the component of the heading towards the wall.

    Parameters
    ----------
    distance : tensor
        Distance from the centre (m).
    ahead, aside : tensor
        Cosine and sine of the heading relative to the direction of the wall's nearest point.
    """
    near = (distance - (radius_m - motion.wall_m)).clamp_(min=0)
    return near.mul_(ahead.clamp(min=0)).mul_(motion.wall_turn_rad_s / motion.wall_m).copysign_(aside)


def moved(
    x: Tensor, y: Tensor, heading: Tensor, stride: Tensor, turned: Tensor, slip: Tensor | list[Tensor], radius_m: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Compute the pose after one step: turn, forward motion, noise; a pose outside the disc is moved to its rim.

    Parameters
    ----------
    x, y, heading : tensor
        Pose before (m, m, rad).
    stride, turned : tensor
        Commanded distance (m) and turn (rad).
    slip : three tensors
        Noise on x, y (m) and heading (rad).

    Returns
    -------
    x, y, heading : tensor
        Pose after.
    """
    heading = heading + turned + slip[2]
    x = x + stride * torch.cos(heading) + slip[0]
    y = y + stride * torch.sin(heading) + slip[1]
    inside = (radius_m / torch.hypot(x, y)).clamp(max=1)  # at the centre radius / 0 = inf: inside
    return x * inside, y * inside, heading
