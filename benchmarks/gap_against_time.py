"""Optimality gap against training time, for the networks of the preset `tasks`.

First run ``snakemake --configfile workflow/presets/tasks.yaml``, then
``OMP_NUM_THREADS=1 python benchmarks/gap_against_time.py``. Training time is the count of batches times the time of one batch. The
latter is measured by this script on one thread, so that other load during training has no effect.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from timing import learner, seconds

from rscnav.analyses import read_result
from rscnav.config.load import load_config
from rscnav.figures.layout import panel_letters, plain_log_ticks
from rscnav.figures.style import GREY, PHASE_COLOURS, Canvas
from rscnav.networks.rollout import read_curve
from rscnav.networks.training.curriculum import Curriculum
from rscnav.tasks.base import Task
from rscnav.tasks.registry import task_from

ROOT = Path(__file__).parents[1]
LINES = {"": ("black", "all steps"), "_LM1": (PHASE_COLOURS["LM1"], "LM1"), "_LM2": (PHASE_COLOURS["LM2"], "LM2")}


def batch_seconds(task: Task, batch_size: int, hidden_size: int) -> float:
    """Return the time of one batch, sampling and training step (s)."""
    generator, learn = torch.Generator().manual_seed(0), learner(task, hidden_size)
    return seconds(lambda: learn(task.sample(batch_size, task.n_steps, generator)), 8)


def minutes_of(curriculum: Curriculum, batches: np.ndarray, hidden_size: int) -> np.ndarray:
    """Return the training time up to each of `batches` (min)."""
    costs: dict[tuple[int, int], float] = {}
    spent = []
    for batch in range(int(batches[-1])):
        task, size = curriculum.at(batch)
        key = (id(task), size)
        if key not in costs:
            costs[key] = batch_seconds(task, size, hidden_size)
            print(f"  {task.name}, {size} trials of {task.n_steps} steps: {1e3 * costs[key]:.0f} ms per batch")
        spent.append(costs[key])
    return np.cumsum(spent)[batches - 1] / 60


def main() -> None:
    """Draw one panel per network: gap against training time. Reference line: a third of the gap of dead reckoning in LM2."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--preset", type=Path, default=ROOT / "workflow" / "presets" / "tasks.yaml", help="preset of the run"
    )
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "figures" / "gap_against_time.png", help="figure file"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = load_config(ROOT / "config.yaml", arguments.preset)
    results, canvas = ROOT / config.results_dir, Canvas(dpi=200)
    with canvas.style():
        figure, (axes,) = canvas.figure(1, len(config.networks), 55)
        for ax, network in zip(axes, config.networks, strict=True):
            name = f"{network.name}-s{network.seeds[0]}"
            curve = read_curve(results / "networks" / name / "curve.csv")
            curriculum = Curriculum(task_from(network.task, config.tasks[network.task]), network.training)
            minutes = minutes_of(curriculum, curve["batch"], network.hidden_size)
            for suffix, (colour, label) in LINES.items():
                ax.plot(minutes, curve[f"gap{suffix}"], color=colour, label=label, lw=0.9)
            loss = read_result(results / "analyses" / "observer_comparison" / f"{name}.h5")
            who, part = loss["observer"].tolist(), loss["part"].tolist().index("LM2")
            mean = loss["loss/mean"][:, part]
            left = mean[who.index("dead_reckoning")] - mean[who.index("bayes")]
            ax.axhline(left / 3, color=GREY, ls=":", lw=0.8, label="⅓ of the gap of dead reckoning, LM2")
            ax.set(
                title=network.task,
                xlabel="training time on one core (min)",
                ylabel="optimality gap (nats per step)",
                yscale="log",
            )
            plain_log_ticks(ax.yaxis)
            last = curve[-1]
            print(
                f"{name}: {minutes[-1]:.0f} min, gap {last['gap']:.3f} ± {last['gap_se']:.3f}, "
                f"in LM2 {last['gap_LM2']:.3f}; gap of dead reckoning in LM2 {left:.3f} nats per step"
            )
        axes[1].legend(loc="upper right")
        panel_letters(axes)
        figure.savefig(arguments.output, dpi=canvas.dpi, metadata={"Software": None})


if __name__ == "__main__":
    main()
