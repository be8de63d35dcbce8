"""Run time and memory of every analysis of one session, each in its own process, two in parallel as in the workflow.

``python benchmarks/every_analysis.py results/sessions/gru-s1.h5``, for a session of the default run.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from rscnav.analyses.registry import ANALYSES

AT_ONCE = 2


def main() -> None:
    """Run the analyses and print run time and memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("session", type=Path, help="session file")
    parser.add_argument("--config", type=Path, default=Path("config.yaml"))
    parser.add_argument("--analyses", nargs="+", default=list(ANALYSES), choices=list(ANALYSES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run_all(options.session, options.config, options.analyses, Path(folder))


def run_all(session: Path, config: Path, analyses: list[str], folder: Path, at_once: int = AT_ONCE) -> None:
    """Run the analyses, `at_once` in parallel; print run time (s) and peak memory (GiB) of each, and totals."""
    started = time.perf_counter()
    waiting = list(analyses)
    running: dict[int, tuple[str, float]] = {}
    print(f"{'analysis':20s}{'seconds':>8s}{'GiB':>7s}")
    peaks = []
    while waiting or running:
        while waiting and len(running) < at_once:
            name = waiting.pop(0)
            command = ["rscnav", "analyse", "--config", str(config), "--analysis", name, "--session", str(session),
                       "--output", str(folder / f"{name}.h5")]  # fmt: skip
            with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
                process = subprocess.Popen(command, stdout=log, stderr=log)
            running[process.pid] = name, time.perf_counter()
        pid, status, usage = os.wait4(-1, 0)
        name, began = running.pop(pid)
        peaks.append(usage.ru_maxrss / 2**20)
        words = "" if status == 0 else f"  failed: {(folder / f'{name}.log').read_text()[-300:]}"
        print(f"{name:20s}{time.perf_counter() - began:8.1f}{peaks[-1]:7.2f}{words}", flush=True)
    most = sorted(peaks)[-at_once:]
    print(f"total: {(time.perf_counter() - started) / 60:.1f} min; largest process {max(peaks):.2f} GiB, "
          f"sum of the {at_once} largest {sum(most):.2f} GiB")  # fmt: skip


if __name__ == "__main__":
    main()
