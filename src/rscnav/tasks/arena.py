"""`arena`: localisation in a disc with two identical landmarks on its rim; report of position and rewarded port."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.tasks.arena_motion import PlaneMotion, rotated, wander
from rscnav.tasks.base import Batch, TrialTiming
from rscnav.tasks.input_encoding import encode_velocity, velocity_names
from rscnav.tasks.lazy_torch import Tensor, torch
from rscnav.tasks.ring import check_counts, equal_bin, wrap

OBSERVERS = "rscnav.observers.arena"
INPUT_M = 0.1  # unit of length of the input channels (m); it does not depend on settings, so that lessons of a curriculum agree


class Settings(TrialTiming):
    """A disc with ports on its rim; landmark a at one port, b at `separation_rad` from it."""

    trial_s: float = Field(30.0, gt=0, le=10_000, description="length of a trial (s)")
    radius_m: float = Field(0.25, gt=0, description="radius of the disc (m)")
    n_ports: int = Field(
        16,
        ge=2,
        le=4_096,
        description="ports on the rim, equally spaced; the scene is rotated by a multiple of 2π / n_ports",
    )
    separation_rad: float = Field(
        0.75 * math.pi,
        description="position of b, counter-clockwise from a (rad); it must be at a port: 0.75 π is six of 16 ports",
    )
    visibility_radius_m: float = Field(0.15, gt=0, description="a landmark is visible within this distance (m)")
    bearing_noise_rad: float = Field(0.1, gt=0, description="sd of the noise on a landmark's bearing, each step (rad)")
    distance_noise_m: float = Field(0.02, gt=0, description="sd of the noise on its distance, each step (m)")
    n_bins_side: int = Field(
        8, ge=2, le=256, description="bins of reported position along each side of the square around the disc"
    )
    velocity_units: int = Field(
        1,
        ge=1,
        le=4_096,
        description="input channels of speed and of turn rate, each; above 1: a population with linear tuning",
    )
    motion: PlaneMotion = Field(default_factory=PlaneMotion, description="motion in the plane")

    @model_validator(mode="after")
    def _has_an_answer(self) -> Settings:
        port = 2 * math.pi / self.n_ports
        off = abs(math.remainder(self.separation_rad, port))
        if off > 0.25 * port:
            raise InvalidValueError(
                f"separation_rad: no port is near landmark b: {self.separation_rad:.3f} rad is {off:.3f} rad from the nearest one, "
                f"and n_ports={self.n_ports} ports have a spacing of {port:.3f} rad; choose a multiple of that, or another n_ports"
            )
        distance = 2 * self.radius_m * abs(math.sin(self.separation_rad / 2))
        if distance < 2 * self.visibility_radius_m:
            raise InvalidValueError(
                f"separation_rad: a distance of {distance:.3f} m between landmarks is less than twice visibility_radius_m ({2 * self.visibility_radius_m:.3f} m), so that "
                "both would be in view at once; increase separation_rad or decrease visibility_radius_m"
            )
        if math.isclose(abs(math.remainder(self.separation_rad, 2 * math.pi)), math.pi, abs_tol=1e-6):
            raise InvalidValueError(
                "separation_rad: at π the arena looks the same from a and from b, and no observer can distinguish them; "
                "choose another separation, for example 0.75π = 2.356"
            )
        if self.visibility_radius_m >= self.radius_m:
            raise InvalidValueError(
                f"visibility_radius_m: {self.visibility_radius_m} m reaches from the rim to the centre (radius_m {self.radius_m}), where trials start "
                "with no landmark in view; decrease it"
            )
        return self

    @property
    def port_steps(self) -> int:
        """Ports from a to b, counter-clockwise."""
        return round(self.separation_rad / (2 * math.pi / self.n_ports)) % self.n_ports


class Task:
    """A disc with two identical landmarks on its rim, rotated as a whole by a random count of ports in each trial.

    The animal starts in the centre, with no landmark in view. Inputs are egocentric: sensed speed (0.1 m/s) and turn rate (rad/s);
    whether a landmark is in view, and if so sine and cosine of its bearing and its distance (0.1 m), with noise. The network reports its position in the landmark frame (origin in the centre, a at angle 0), and the
    rewarded port, which is the port of b, in the frame of its heading at the start.

    References
    ----------
    Voigts et al., Nat. Neurosci. 28, 1293 (2025), doi:10.1038/s41593-025-01944-z.
    """

    name = "arena"
    landmark_names = ("a", "b")
    position_unit = "m"
    map_known = True

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.heads = {"position": settings.n_bins_side**2, "port": settings.n_ports}
        self.visibility = settings.visibility_radius_m
        self.dt_s = settings.dt_s
        self.n_steps = settings.n_steps

    @property
    def channels(self) -> tuple[str, ...]:
        """Names of the input channels."""
        velocity = velocity_names(self.settings.velocity_units)
        moves = [name.replace("velocity", what) for what in ("speed", "turn") for name in velocity]
        return (*moves, "landmark", "sin bearing", "cos bearing", "distance")

    @property
    def bin_centres(self) -> NDArray[np.float64]:
        """Centres of the bins of position, (bin, 2): x changes slowest."""
        s = self.settings
        centre = s.radius_m * ((np.arange(s.n_bins_side) + 0.5) * 2 / s.n_bins_side - 1)
        return np.stack(np.meshgrid(centre, centre, indexing="ij"), axis=-1).reshape(-1, 2)

    def landmark_angles(self, device: torch.device | str = "cpu") -> Tensor:
        """Angles of the landmarks in their frame, (landmark,), float64."""
        return torch.tensor([0.0, self.settings.separation_rad], dtype=torch.float64, device=device)

    def place_bin(self, place: Tensor) -> Tensor:
        """Return the bin of positions (..., 2) in the landmark frame."""
        s = self.settings
        side = equal_bin(place, -s.radius_m, s.radius_m, s.n_bins_side)
        return side[..., 0] * s.n_bins_side + side[..., 1]

    def sample(
        self, n_trials: int, n_steps: int, generator: torch.Generator, device: torch.device | str = "cpu"
    ) -> Batch:
        """Draw trials; see `rscnav.tasks.base.Task.sample`."""
        check_counts(n_trials, n_steps)
        s = self.settings
        place, heading, speed, turn = wander(s.motion, s.radius_m, s.dt_s, n_trials, n_steps, generator, device)
        port = torch.randint(s.n_ports, (n_trials,), generator=generator, device=device)  # a's, in the start's frame
        rotation = port.double() * (2 * math.pi / s.n_ports)
        turn_back = rotation.cos()[:, None], -rotation.sin()[:, None]
        place = torch.stack(rotated(place[..., 0], place[..., 1], *turn_back), dim=-1)
        heading = wrap(heading - rotation[:, None])
        angles = self.landmark_angles(device)
        landmarks = s.radius_m * torch.stack([angles.cos(), angles.sin()], dim=1)  # (landmark, 2)
        distance = torch.linalg.vector_norm(landmarks - place[:, :, None], dim=3)  # (trial, step, landmark)
        visible = distance < s.visibility_radius_m
        seen = torch.where(visible[:, :, 1:], landmarks[1], landmarks[0]) - place  # at most one is in view
        noise = torch.randn(2, n_trials, n_steps, generator=generator, device=device, dtype=torch.float64)
        bearing = torch.atan2(seen[..., 1], seen[..., 0]) - heading + s.bearing_noise_rad * noise[0]
        sensed_distance = torch.linalg.vector_norm(seen, dim=2) + s.distance_noise_m * noise[1]
        seen_inputs = torch.stack(
            [torch.ones_like(bearing), bearing.sin(), bearing.cos(), sensed_distance / INPUT_M], dim=2
        )
        n = s.velocity_units
        moves = [encode_velocity(speed / INPUT_M, n), encode_velocity(turn, n)]
        reward = (port + s.port_steps) % s.n_ports
        return Batch(
            inputs=torch.cat([*moves, seen_inputs * visible.any(dim=2, keepdim=True)], dim=2).float(),
            targets={"position": self.place_bin(place), "port": reward[:, None].expand(-1, n_steps)},
            position=place,
            velocity=speed,
            visible=visible,
            landmarks=landmarks.expand(n_trials, -1, -1),
            heading=heading,
            rotation=wrap(rotation),
        )
