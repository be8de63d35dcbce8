"""The tasks as environments that are stepped in Python, with the interface of gymnasium: one observation per call.

Their trials have the same statistics as those of the tasks' samplers. They are the baseline in `sampler.py` and have no other use.
The reward is 1 in each step in which the action is the position bin of the true position.
"""

import cmath
import math
from typing import Any

import numpy as np

from rscnav.tasks.arena import INPUT_M


class Environment:
    """Base class: step count, reward, and encountered landmarks.

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
        """Start a trial and return its first observation."""
        self.begin()
        return self.advance(), {}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        """Reward a reported position bin; return the next observation, reward, terminated, truncated and info."""
        reward = float(action == self.answer())
        observation = self.advance()
        self.clock += 1
        return observation, reward, self.clock >= self.settings.n_steps, False, {}

    def begin(self) -> None:
        """Set the state at the start of a trial."""
        self.clock = 1
        self.encountered: set[int] = set()

    def answer(self) -> int:
        """Return the position bin of the true position."""
        raise NotImplementedError

    def advance(self) -> np.ndarray:
        """Move one step and return the observation."""
        raise NotImplementedError


class RingFixed(Environment):
    """`ring-fixed`, and base class of the other tasks on a ring."""

    def begin(self) -> None:
        """Draw the start of a trial: position, and sign of the drift; the velocity is 0."""
        super().begin()
        self.velocity, self.sign = 0.0, 1 if self.rng.random() < 0.5 else -1
        self.position = self.rng.random() * 2 * math.pi - math.pi
        self.place_landmarks()

    def place_landmarks(self) -> None:
        """Set the landmark positions (rad)."""
        self.landmarks = [0.0, self.settings.separation_rad]

    def landmark_input(self, seen: bool) -> list[float]:
        """Return the input channels of landmarks: whether one is in view."""
        return [float(seen)]

    def answer(self) -> int:
        """Return the position bin of the true position."""
        return int((self.position + math.pi) / (2 * math.pi) * self.settings.n_bins)

    def advance(self) -> np.ndarray:
        """Move one step and return the observation."""
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
        self.encountered.update(seen)
        return np.array([self.velocity, *self.landmark_input(bool(seen))], dtype=np.float32)


class RingInternalMap(RingFixed):
    """`ring-internal-map`."""

    def place_landmarks(self) -> None:
        """Draw the landmark separation (rad)."""
        self.landmarks = [0.0, self.rng.uniform(self.settings.min_separation_rad, self.settings.max_separation_rad)]


class RingExternalMap(RingFixed):
    """`ring-external-map`."""

    def place_landmarks(self) -> None:
        """Draw landmark positions (rad) with non-overlapping ranges of visibility, and compute their map."""
        s, rng = self.settings, self.rng
        n = int(rng.integers(s.min_landmarks, s.max_landmarks + 1))
        gaps = 2 * s.visibility_radius_rad + (2 * math.pi - 2 * s.visibility_radius_rad * n) * rng.dirichlet(np.ones(n))
        first = rng.random() * 2 * math.pi
        self.landmarks = [wrap(first + gap) for gap in gaps.cumsum().tolist()]
        preferred = np.arange(s.map_units) * (2 * math.pi / s.map_units) - math.pi
        away = preferred - np.array(self.landmarks)[:, None]
        self.map = np.exp((np.cos(away) - 1) / s.map_width_rad**2).sum(axis=0).tolist()
        self.no_map = [0.0] * s.map_units

    def landmark_input(self, seen: bool) -> list[float]:
        """Return the input channels of landmarks: the map while a landmark is in view, else 0."""
        return self.map if seen else self.no_map


class Arena(Environment):
    """`arena`; positions and directions are complex numbers in the landmark frame."""

    def begin(self) -> None:
        """Set the position to the centre, and draw the rotation of the scene by a multiple of the angle between ports."""
        super().begin()
        start = cmath.rect(1, -self.rng.integers(self.settings.n_ports) * 2 * math.pi / self.settings.n_ports)
        self.poses = [(0j, start), (0j, start)]  # by path integration, and true: position (m) and heading
        self.wandering = self.rng.normal(size=3)

    def answer(self) -> int:
        """Return the position bin of the true position."""
        s, (place, _) = self.settings, self.poses[1]
        x, y = (
            min(int((v + s.radius_m) / (2 * s.radius_m) * s.n_bins_side), s.n_bins_side - 1)
            for v in (place.real, place.imag)
        )
        return x * s.n_bins_side + y

    def advance(self) -> np.ndarray:
        """Move one step and return the observation."""
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
        return np.array([speed / INPUT_M, turn, *self.landmark_input(*self.poses[1])], dtype=np.float32)

    def wall_turn(self, place: complex, heading: complex) -> float:
        """Return the turn rate of wall following (rad/s); 0 far from the wall."""
        near = abs(place) / self.motion.wall_m - (self.settings.radius_m / self.motion.wall_m - 1)
        if near <= 0:
            return 0.0
        course = heading / place * abs(place)
        return math.copysign(self.motion.wall_turn_rad_s * near * max(course.real, 0), course.imag)

    def landmark_input(self, place: complex, heading: complex) -> tuple[float, ...]:
        """Return whether a landmark is in view, the sine and cosine of its bearing, and its distance; 0 without a landmark."""
        s = self.settings
        for k, angle in enumerate((0.0, s.separation_rad)):
            away = (cmath.rect(s.radius_m, angle) - place) / heading
            if abs(away) < s.visibility_radius_m:
                self.encountered.add(k)
                bearing = cmath.phase(away) + s.bearing_noise_rad * self.rng.normal()
                distance = abs(away) + s.distance_noise_m * self.rng.normal()
                return 1.0, math.sin(bearing), math.cos(bearing), distance / INPUT_M
        return 0.0, 0.0, 0.0, 0.0


def wrap(angle: float) -> float:
    """Return an angle (rad) in [-π, π)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


ENVIRONMENTS: dict[str, type[Environment]] = {
    "ring-fixed": RingFixed,
    "ring-external-map": RingExternalMap,
    "ring-internal-map": RingInternalMap,
    "arena": Arena,
}
