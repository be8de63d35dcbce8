"""Networks per hour, trained to a target gap on ring-fixed (GRU, 128 units): rscnav compared with a plain torch loop.

rscnav trains two networks in parallel, the plain loop (`plain_gru.py`) one after the other. Both have the same task, trials,
one-cycle schedule, batches, validations and stopping test: the gap on 2,000 validation trials at the end of a cycle. Times are
those of whole processes.

``python benchmarks/networks_per_hour.py``: 15 minutes on two cores. Leave OMP_NUM_THREADS unset, so that the plain loop has
torch's default number of threads.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

HERE = Path(__file__).parent
TRAINING = {"batch_size": 192, "n_batches": 1600, "max_learning_rate": 0.004}


def plain(seed: int, gap: float) -> tuple[float, list[str]]:
    """Train one network with the plain loop; return the seconds, and its gap and batches."""
    options = [f"--{key.replace('_', '-')}={value}" for key, value in TRAINING.items()]
    command = [sys.executable, str(HERE / "plain_gru.py"), f"--seed={seed}", f"--gap={gap}", *options]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, [done.stdout.strip()]


def ours(seeds: list[int], gap: float) -> tuple[float, list[str]]:
    """Train networks in parallel with ``rscnav train``; return the seconds, and their gaps and batches."""
    with tempfile.TemporaryDirectory() as folder:
        training = TRAINING | {
            "target_gap": gap,
            "max_batches": 3 * TRAINING["n_batches"],
            "validate_every_batches": 100,
        }
        config = {"device": "cpu", "networks": [{"name": "gru", "seeds": seeds}], "training": training}
        Path(folder, "config.yaml").write_text(yaml.safe_dump(config))
        command = [str(Path(sys.executable).parent / "rscnav"), "train", "--config", "config.yaml"]
        started = time.perf_counter()
        runs = [
            subprocess.Popen(
                [*command, "--session", f"gru-s{seed}", "--output-dir", f"s{seed}"],
                cwd=folder,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                stderr=subprocess.DEVNULL,
            )
            for seed in seeds
        ]
        if any(run.wait() for run in runs):
            raise RuntimeError("a training failed; run the command `rscnav train` by hand to see its error message")
        took = time.perf_counter() - started
        curves = [Path(folder, f"s{seed}", "curve.csv").read_text().splitlines() for seed in seeds]
        last = [list(csv.DictReader(curve))[-1] for curve in curves]
        return took, [f"{float(row['gap']):.4f} {row['batch']}" for row in last]


def main() -> None:
    """Measure rscnav and the plain loop in turn, so that other load affects both; print times, rates and their ratio."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--gap", type=float, default=0.02, help="target gap (nats per step)")
    parser.add_argument("--repeats", type=int, default=3, help="measurements of each")
    arguments = parser.parse_args()
    seconds = {"plain": 0.0, "ours": 0.0}
    for repeat in range(arguments.repeats):
        took, reached = plain(repeat + 1, arguments.gap)
        seconds["plain"] += took
        print(f"plain loop, one network: {took:.0f} s (gap and batches: {', '.join(reached)})", flush=True)
        took, reached = ours([2 * repeat + 1, 2 * repeat + 2], arguments.gap)
        seconds["ours"] += took / 2
        print(f"rscnav, two networks: {took:.0f} s (gap and batches: {', '.join(reached)})", flush=True)
    rates = {name: 3600 * arguments.repeats / total for name, total in seconds.items()}
    print(
        f"networks per hour: plain loop {rates['plain']:.1f}, rscnav {rates['ours']:.1f}; ratio {rates['ours'] / rates['plain']:.2f}"
    )


if __name__ == "__main__":
    main()
