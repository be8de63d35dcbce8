"""The tasks as environments to be stepped in Python, one observation a call, in the manner of gymnasium.

They draw the same statistics as the tasks' samplers, and serve only to be timed against them (`sampler.py`). A trial pays 1
for every step in which the action is the right bin of position.
"""

import cmath
import math
from typing import Any

import numpy as np

from rscnav.tasks.arena import INPUT_M


class Environment:
    """What both share: the clock, the reward, which landmarks were met.

    Parameters
    ----------
    task : Task
    seed : int
    """

    def __init__(self, task: Any, seed: int = 0) -> None:
        self.settings, self.motion = task.settings, task.settings.motion
        self.rng = np.random.default_rng(seed)
        self.begin()

    def reset(self) -> tuple[np.ndarray, dict[str, Any]]:
        """Start a trial; give its first observation."""
        self.begin()
        return self.advance(), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Take the reported bin for the present observation; give the next one."""
        reward = float(action == self.answer())
        observation = self.advance()
        self.clock += 1
        return observation, reward, self.clock >= self.settings.n_steps, False, {}

    def begin(self) -> None:
        """Go to the start of a trial."""
        self.clock = 1
        self.met: set[int] = set()

    def answer(self) -> int:
        """Give the bin of the present position."""
        raise NotImplementedError

    def advance(self) -> np.ndarray:
        """Move one step and look."""
        raise NotImplementedError


class RingFixed(Environment):
    """`ring-fixed`, and what the tasks on the ring share."""

    def begin(self) -> None:
        """Stand still somewhere, about to drift either way."""
        super().begin()
        self.velocity, self.sign = 0.0, 1 if self.rng.random() < 0.5 else -1
        self.position = self.rng.random() * 2 * math.pi - math.pi
        self.place_landmarks()

    def place_landmarks(self) -> None:
        """Put the landmarks in their places (rad)."""
        self.landmarks = [0.0, self.settings.separation_rad]

    def told(self, seen: bool) -> list[float]:
        """Say what is told of landmarks."""
        return [float(seen)]

    def answer(self) -> int:
        """Give the bin of the present position."""
        return int((self.position + math.pi) / (2 * math.pi) * self.settings.n_bins)

    def advance(self) -> np.ndarray:
        """Move one step and look."""
        s, motion, rng = self.settings, self.motion, self.rng
        if rng.random() < motion.flip_rate_hz * s.dt_s:
            self.sign = -self.sign
        keep = 1 - s.dt_s / motion.correlation_s
        shock = math.sqrt(1 - keep**2) * motion.sd_rad_s * rng.normal()
        self.velocity = keep * self.velocity + (1 - keep) * self.sign * motion.drift_rad_s + shock
        self.position = wrap(self.position + self.velocity * s.dt_s + motion.noise_rad * rng.normal())
        seen = [
            k for k, place in enumerate(self.landmarks) if abs(wrap(self.position - place)) < s.visibility_radius_rad
        ]
        self.met.update(seen)
        return np.array([self.velocity, *self.told(bool(seen))], dtype=np.float32)


class RingInternalMap(RingFixed):
    """`ring-internal-map`."""

    def place_landmarks(self) -> None:
        """Draw the separation."""
        self.landmarks = [0.0, self.rng.uniform(self.settings.min_separation_rad, self.settings.max_separation_rad)]


class RingExternalMap(RingFixed):
    """`ring-external-map`."""

    def place_landmarks(self) -> None:
        """Draw places that keep their distance, and the map that shows them."""
        s, rng = self.settings, self.rng
        n = int(rng.integers(s.min_landmarks, s.max_landmarks + 1))
        gaps = 2 * s.visibility_radius_rad + (2 * math.pi - 2 * s.visibility_radius_rad * n) * rng.dirichlet(np.ones(n))
        first = rng.random() * 2 * math.pi
        self.landmarks = [wrap(first + gap) for gap in gaps.cumsum().tolist()]
        preferred = np.arange(s.map_units) * (2 * math.pi / s.map_units) - math.pi
        away = preferred - np.array(self.landmarks)[:, None]
        self.map = np.exp((np.cos(away) - 1) / s.map_width_rad**2).sum(axis=0).tolist()
        self.dark = [0.0] * s.map_units

    def told(self, seen: bool) -> list[float]:
        """Show the map while a landmark is in view."""
        return self.map if seen else self.dark


class Arena(Environment):
    """`arena`; places and directions are complex numbers in the landmark frame."""

    def begin(self) -> None:
        """Stand in the centre, the scene turned by a random number of ports."""
        super().begin()
        start = cmath.rect(1, -self.rng.integers(self.settings.n_ports) * 2 * math.pi / self.settings.n_ports)
        self.poses = [(0j, start), (0j, start)]  # reckoned, true: place (m) and heading
        self.wandering = self.rng.normal(size=3)

    def answer(self) -> int:
        """Give the bin of the present position."""
        s, (place, _) = self.settings, self.poses[1]
        x, y = (
            min(int((v + s.radius_m) / (2 * s.radius_m) * s.n_bins_side), s.n_bins_side - 1)
            for v in (place.real, place.imag)
        )
        return x * s.n_bins_side + y

    def advance(self) -> np.ndarray:
        """Move one step and look."""
        s, motion, rng = self.settings, self.motion, self.rng
        speed = math.hypot(*self.wandering[:2]) * motion.speed_m_s / math.sqrt(math.pi / 2)
        turn = self.wandering[2] * motion.turn_sd_rad_s + self.wall_turn(*self.poses[0])
        times_s = (motion.speed_correlation_s, motion.speed_correlation_s, motion.turn_correlation_s)
        for k, time_s in enumerate(times_s):
            keep = math.exp(-s.dt_s / time_s)
            self.wandering[k] = keep * self.wandering[k] + math.sqrt(1 - keep**2) * rng.normal()
        slips = (0, 0), (motion.noise_m * complex(rng.normal(), rng.normal()), motion.noise_rad * rng.normal())
        for k, ((place, heading), (slip, turned)) in enumerate(zip(self.poses, slips, strict=True)):
            towards = heading * cmath.rect(1, turn * s.dt_s + turned)
            reached = place + speed * s.dt_s * towards + slip
            self.poses[k] = reached / max(1, abs(reached) / s.radius_m), towards
        return np.array([speed / INPUT_M, turn, *self.look(*self.poses[1])], dtype=np.float32)

    def wall_turn(self, place: complex, heading: complex) -> float:
        """Turn along the wall where it is near (rad/s)."""
        near = abs(place) / self.motion.wall_m - (self.settings.radius_m / self.motion.wall_m - 1)
        if near <= 0:
            return 0.0
        course = heading / place * abs(place)
        return math.copysign(self.motion.wall_turn_rad_s * near * max(course.real, 0), course.imag)

    def look(self, place: complex, heading: complex) -> tuple[float, ...]:
        """Whether a landmark is in view; sine and cosine of its bearing, its distance."""
        s = self.settings
        for k, angle in enumerate((0.0, s.separation_rad)):
            away = (cmath.rect(s.radius_m, angle) - place) / heading
            if abs(away) < s.visibility_radius_m:
                self.met.add(k)
                bearing = cmath.phase(away) + s.bearing_noise_rad * self.rng.normal()
                distance = abs(away) + s.distance_noise_m * self.rng.normal()
                return 1.0, math.sin(bearing), math.cos(bearing), distance / INPUT_M
        return 0.0, 0.0, 0.0, 0.0


def wrap(angle: float) -> float:
    """Bring an angle (rad) into [-π, π)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


ENVIRONMENTS: dict[str, type[Environment]] = {
    "ring-fixed": RingFixed,
    "ring-external-map": RingExternalMap,
    "ring-internal-map": RingInternalMap,
    "arena": Arena,
}
