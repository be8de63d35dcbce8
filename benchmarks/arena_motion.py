"""Motion in the arena, compared with the default Agent of RatInABox in the same disc and in trials of the same length.

``OMP_NUM_THREADS=1 python benchmarks/arena_motion.py`` draws docs/figures/arena_motion.png and prints the values.

In RatInABox every edge of the boundary repels the Agent separately. With more edges in the polygon that approximates the disc, the
Agent stays farther from the wall. Here the polygon has as many edges as the arena has ports.

George et al., eLife 13, e85274 (2024), doi:10.7554/eLife.85274.
"""

import importlib
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.figures.style import Canvas
from rscnav.tasks import make_task
from rscnav.tasks.arena_motion import wander

Array = NDArray[np.float64]

FIGURE = Path(__file__).parents[1] / "docs" / "figures" / "arena_motion.png"
N_TRIALS = 120
DT_S = 0.1
NEAR_M = 0.05
COLOURS = {"RatInABox": "#D55E00", "rscnav": "#0072B2"}


@dataclass(frozen=True)
class Walk:
    """Simulated trials of one animal.

    Parameters
    ----------
    place : array, (trial, step, 2)
        Position (m).
    heading : array, (trial, step)
        Direction of motion (rad).
    to_wall : array, (trial, step)
        Distance to the wall (m).
    commanded : array, (trial, step), optional
        Speed without motion noise (m/s).
    """

    place: Array
    heading: Array
    to_wall: Array
    commanded: Array | None = None

    @property
    def speed(self) -> Array:
        """Speed in each step (m/s)."""
        return np.linalg.norm(np.diff(self.place, axis=1, prepend=0.0), axis=2) / DT_S

    @property
    def turn(self) -> Array:
        """Turn rate in each step (rad/s)."""
        return np.angle(np.exp(1j * np.diff(self.heading, axis=1))) / DT_S

    @property
    def towards_wall(self) -> Array:
        """Angle between heading and wall (degrees), within 5 cm of the wall: 0 along it, 90 towards it, -90 away from it."""
        outward = np.arctan2(self.place[..., 1], self.place[..., 0])
        return np.degrees(np.arcsin(np.cos(self.heading - outward)))[self.to_wall < NEAR_M]


def theirs(n_trials: int, n_steps: int, radius_m: float, n_edges: int, seed: int = 0) -> Walk:
    """Simulate trials of RatInABox's default Agent from the centre, sampled every 0.1 s."""
    try:
        ratinabox: Any = importlib.import_module("ratinabox")
    except ImportError:
        sys.exit("RatInABox is not installed; install it with: pip install ratinabox -c requirements.lock")
    np.random.seed(seed)  # noqa: NPY002 - RatInABox draws from the global generator
    corners = radius_m * np.exp(2j * np.pi * np.arange(n_edges) / n_edges)
    environment = ratinabox.Environment({"boundary": np.stack([corners.real, corners.imag], axis=1).tolist()})
    agent = ratinabox.Agent(environment)
    updates = round(DT_S / agent.dt)
    for _ in range(n_trials):
        agent.pos = np.zeros(2)
        for _ in range(n_steps * updates):
            agent.update()
    place = np.array(agent.history["pos"]).reshape(n_trials, n_steps, updates, 2)[:, :, -1]
    step = np.diff(place, axis=1, prepend=0.0)
    normals = np.exp(1j * np.pi * (2 * np.arange(n_edges) + 1) / n_edges)
    outward = place @ np.stack([normals.real, normals.imag])  # (trial, step, edge)
    to_wall = radius_m * math.cos(np.pi / n_edges) - outward.max(axis=2)
    return Walk(place, np.arctan2(step[..., 1], step[..., 0]), to_wall)


def ours(n_trials: int, n_steps: int, radius_m: float, seed: int = 0) -> Walk:
    """Simulate trials of the motion in the task `arena`."""
    generator = torch.Generator().manual_seed(seed)
    motion = make_task("arena").settings.motion
    place, heading, speed, _ = wander(motion, radius_m, DT_S, n_trials, n_steps, generator, "cpu")
    to_wall = radius_m - torch.linalg.vector_norm(place, dim=2)
    return Walk(place.numpy(), heading.numpy(), to_wall.numpy(), speed.numpy())


def autocorrelation(values: Array, n_lags: int) -> Array:
    """Return the autocorrelation of values (trial, step) at lags of 0 to n_lags - 1 steps, with mean and variance over all."""
    centred = values - values.mean()
    n_steps = values.shape[1]
    return np.array([np.mean(centred[:, : n_steps - lag] * centred[:, lag:]) for lag in range(n_lags)]) / centred.var()


def correlation_time(values: Array) -> float:
    """Return the lag at which the autocorrelation falls to 1/e (s), by linear interpolation."""
    curve = autocorrelation(values, 50)
    after = int(np.argmax(curve < np.exp(-1)))
    part = (curve[after - 1] - np.exp(-1)) / (curve[after - 1] - curve[after])
    return DT_S * (after - 1 + part)


def report(name: str, walk: Walk) -> None:
    """Print speed, turn rate and distance to the wall of one animal."""
    speed, turn, near = walk.speed, walk.turn, walk.towards_wall
    inner, outer = np.quantile(np.abs(turn), [0.5, 0.9])
    commanded = "" if walk.commanded is None else f" (without motion noise {correlation_time(walk.commanded):.2f} s)"
    print(
        f"{name}: speed {100 * speed.mean():.1f} ± {100 * speed.std():.1f} cm/s (mean ± sd), correlation time"
        f" {correlation_time(speed):.2f} s{commanded}; turn rate: sd {turn.std():.2f} rad/s, median of |rate| {inner:.2f},"
        f" 90 % quantile {outer:.2f}, correlation time {correlation_time(turn):.2f} s; distance to the wall: mean"
        f" {100 * walk.to_wall.mean():.1f} cm, below 5 cm {np.mean(walk.to_wall < NEAR_M):.0%} and below 1 cm"
        f" {np.mean(walk.to_wall < 0.01):.0%} of the time; below 5 cm, heading within 30° of the wall's direction"
        f" {np.mean(np.abs(near) < 30):.0%} of the time"
    )


def outline(axes: Axes, name: str, values: Array, edges: Array) -> None:
    """Draw a density as steps; values outside the edges count in its normalisation."""
    counts, _ = np.histogram(values, edges)
    axes.stairs(counts / (values.size * np.diff(edges)), edges, color=COLOURS[name], label=name)


def draw(walks: dict[str, Walk], radius_m: float) -> None:
    """Draw the figure: densities, autocorrelations, and one path each."""
    canvas, lags = Canvas(), np.arange(21)
    with canvas.style():
        figure, ((speed, turn, speeds, turns), (wall, along, *paths)) = canvas.figure(2, 4, 46)
        for name, walk in walks.items():
            colour = COLOURS[name]
            outline(speed, name, 100 * walk.speed, np.arange(0, 30.1, 1))
            outline(turn, name, walk.turn, np.arange(-8, 8.1, 0.5))
            outline(wall, name, 100 * walk.to_wall, np.arange(0, 25.1, 1))
            outline(along, name, walk.towards_wall, np.arange(-90, 90.1, 15))
            speeds.plot(lags * DT_S, autocorrelation(walk.speed, 21), color=colour)
            turns.plot(lags[:11] * DT_S, autocorrelation(walk.turn, 11), color=colour)
            if walk.commanded is not None:
                curve = autocorrelation(walk.commanded, 21)
                speeds.plot(lags * DT_S, curve, color=colour, linestyle="--", label="without motion noise")
        speed.legend()
        speeds.legend()
        for axes, (name, walk) in zip(paths, walks.items(), strict=True):
            round_trip = 100 * radius_m * np.exp(2j * np.pi * np.linspace(0, 1, 200))
            axes.plot(round_trip.real, round_trip.imag, color="black", linewidth=0.6)
            axes.plot(*(100 * walk.place[0].T), color=COLOURS[name], linewidth=0.7)
            axes.set(
                aspect="equal",
                title=f"{name}: path of 30 s",
                xlabel="x (cm)",
                ylabel="y (cm)",
                xticks=(-20, 0, 20),
                yticks=(-20, 0, 20),
            )
        speed.set(xlabel="speed (cm/s)", ylabel="density (s/cm)")
        turn.set(xlabel="turn rate (rad/s)", ylabel="density (s/rad)")
        speeds.set(xlabel="lag (s)", ylabel="autocorrelation", title="speed")
        turns.set(xlabel="lag (s)", ylabel="autocorrelation", title="turn rate")
        wall.set(xlabel="distance to the wall (cm)", ylabel="density (1/cm)")
        along.set(
            xlabel="heading relative to the wall (°)\n0: along it, 90: towards it; within 5 cm",
            ylabel="density (1/°)",
            xticks=(-90, -45, 0, 45, 90),
            ylim=(0, None),
        )
        figure.savefig(FIGURE, dpi=canvas.dpi, metadata={"Software": None})


def main() -> None:
    """Simulate both motions, print the values and draw the figure."""
    torch.set_num_threads(1)
    settings = make_task("arena").settings
    n_steps = round(settings.trial_s / DT_S)
    walks = {
        "RatInABox": theirs(N_TRIALS, n_steps, settings.radius_m, settings.n_ports),
        "rscnav": ours(N_TRIALS, n_steps, settings.radius_m),
    }
    for name, walk in walks.items():
        report(name, walk)
    draw(walks, settings.radius_m)


if __name__ == "__main__":
    main()
