"""Run time and memory of every analysis for a session of two hours, 1,000 units and bins of 10 ms.

The session is simulated and written trial by trial: place cells on the ring, Poisson spike counts, trials of 10 s. One float32 copy
of its activity is 2.7 GiB. Each analysis runs in its own process, two in parallel, as in the workflow.
``python benchmarks/large_recording.py --folder /tmp/large``
"""

import argparse
import time
from pathlib import Path

import h5py
import numpy as np
import yaml
from every_analysis import AT_ONCE, run_all

from rscnav.analyses.registry import ANALYSES, analysis_module
from rscnav.calibration.random_walks import PLACES, RADIUS
from rscnav.files.sealed.hdf5 import accept
from rscnav.sessions.encounters import Trajectory, find_encounters
from rscnav.sessions.geometry import wrap
from rscnav.sessions.hdf5 import write_session
from rscnav.sessions.schema import TRIALS
from rscnav.sessions.session import Session

DT_S, TRIAL_S = 0.01, 10.0
PERMUTATIONS = 99


def main() -> None:
    """Simulate the session if its file does not exist, then run the analyses."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="folder for the session and the results (4 GB)")
    parser.add_argument("--hours", type=float, default=2.0, help="duration of the session")
    parser.add_argument("--units", type=int, default=1000, help="count of units")
    parser.add_argument("--analyses", nargs="+", default=list(ANALYSES), choices=list(ANALYSES))
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="processes in parallel; 1 uses the least memory")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    session = options.folder / f"large-{options.hours:g}h-{options.units}.h5"
    if not session.exists():
        started = time.perf_counter()
        simulate(session, options.hours, options.units)
        print(f"simulated and written in {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{session.name}: {session.stat().st_size / 2**30:.1f} GiB; processes in parallel: {options.at_once}")
    config = options.folder / "config.yaml"
    config.write_text(yaml.safe_dump(settings()))
    run_all(session, config, options.analyses, options.folder, options.at_once)


def settings() -> dict:
    """Return a configuration with the default analyses, and at most `PERMUTATIONS` draws of every null distribution."""
    sections = {}
    for name in ANALYSES:
        fields = analysis_module(name).Settings.model_fields
        draws = {key: fields[key].default for key in fields if key == "n_null"}
        sections[name] = {key: min(default, PERMUTATIONS) for key, default in draws.items()}
    return {
        "recordings": [{"name": "large", "file": "large.nwb", "position": {"series": "angle", "unit": "rad"}}],
        "analyses": sections,
    }


def simulate(path: Path, hours: float, n_units: int) -> None:
    """Simulate the session and write it, activity trial by trial."""
    rng = np.random.default_rng(0)
    n_steps = round(TRIAL_S / DT_S)
    n_trials = round(hours * 3600 / TRIAL_S)
    n = n_trials * n_steps
    trial, time_s = np.repeat(np.arange(n_trials), n_steps), (np.arange(n) + 0.5) * DT_S
    steps = rng.choice([-1.0, 1.0], (n_trials, 1)) * DT_S + rng.normal(0, 0.03, (n_trials, n_steps))
    position = wrap(rng.uniform(-np.pi, np.pi, (n_trials, 1)) + np.cumsum(steps, axis=1)).reshape(-1, 1)
    landmarks = np.broadcast_to(PLACES[None, :, None], (n_trials, 2, 1)).copy()
    outcome = np.where(rng.random(n_trials) < 0.3, "incorrect", "correct")
    behaviour = Trajectory(position, time_s, trial, landmarks, ("a", "b"), RADIUS, True, DT_S, outcome)
    met = find_encounters(behaviour, 0.1, 0.5)
    trials = np.zeros(n_trials, TRIALS)
    trials["start_s"] = np.arange(n_trials) * TRIAL_S
    trials["stop_s"], trials["outcome"] = trials["start_s"] + TRIAL_S, outcome
    trials["split"] = np.where(np.arange(n_trials) % 5 == 0, "train", "test")
    units = np.array([(k,) for k in range(n_units)], [("id", "i8")])
    empty = Session(
        "large", "recording", "simulated", DT_S, np.zeros((n, 0), np.float32), time_s, trial, trials, units[:0],
        position=position, velocity=steps.reshape(-1) / DT_S, phase=met.phase, n_hypotheses=met.n_hypotheses,
        landmarks=landmarks, encounters=met.table, landmark_names=("a", "b"), visibility_radius=RADIUS,
        position_unit="rad",
    )  # fmt: skip
    write_session(empty, path)
    preferred, peak = rng.uniform(-np.pi, np.pi, n_units), rng.lognormal(np.log(8), 0.5, n_units)
    with h5py.File(path, "r+") as file:
        del file["units/id"]
        file["units/id"] = units["id"]
        file["units"].attrs["n_rows"] = n_units
        attributes = dict(file["activity"].attrs)
        del file["activity"]
        activity = file.create_dataset("activity", (n, n_units), "f4")
        activity.attrs.update(attributes)
        for k in range(n_trials):
            here = slice(k * n_steps, (k + 1) * n_steps)
            rate = 0.5 + peak * np.exp((np.cos(position[here] - preferred) - 1) / 0.4**2)
            activity[here] = rng.poisson(rate * DT_S) / DT_S
    accept(path)


if __name__ == "__main__":
    main()
