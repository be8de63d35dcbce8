"""Time of a training step against the count of units, compared with its matrix products and a plain ``torch.nn.GRU``.

One thread: ``OMP_NUM_THREADS=1 python benchmarks/step_against_width.py`` draws docs/figures/step_against_width.png.
Criterion: at twice the width the time should not grow by more than the count of operations.
"""

from functools import partial
from pathlib import Path

import torch
from plain_gru import plain_learner
from timing import learner, seconds

from rscnav.figures.layout import plain_log_ticks
from rscnav.figures.style import GREY, Canvas
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.networks.training.flops import flops_per_step, product_peak
from rscnav.tasks import make_task

WIDTHS = (32, 64, 128, 256, 512)
N_TRIALS = 128
OUTPUT = Path(__file__).parents[1] / "docs" / "figures" / "step_against_width.png"


def main() -> None:
    """Measure all widths, print the table and draw the figure."""
    torch.set_num_threads(1)
    task = make_task("ring-fixed")
    batch = task.sample(N_TRIALS, task.n_steps, torch.Generator().manual_seed(0))
    peak = product_peak(torch.device("cpu"), 1)
    print(f"{N_TRIALS} trials x {task.n_steps} steps, one thread; peak of matrix products {peak / 1e9:.0f} GFLOP/s")
    ours, plain, flops = [], [], []
    for width in WIDTHS:
        network = Network(len(task.channels), task.heads, Architecture("gru", width))
        flops.append(flops_per_step(network, N_TRIALS, task.n_steps))
        ours.append(seconds(partial(learner(task, width), batch), 8))
        plain.append(seconds(partial(plain_learner(task, width), batch), 5))
        line = f"{width:4d} units: {flops[-1] / 1e9:6.2f} GFLOP, {1e3 * ours[-1]:6.1f} ms ({flops[-1] / ours[-1] / peak:.0%} of the peak)"
        line += f"; torch.nn.GRU {1e3 * plain[-1]:6.1f} ms, {plain[-1] / ours[-1]:.1f} x the time of rscnav"
        if len(ours) > 1:
            line += f"; compared with half the width: {ours[-1] / ours[-2]:.2f} x the time, {flops[-1] / flops[-2]:.2f} x the operations"
        print(line)
    canvas = Canvas(width_mm=90, dpi=200)
    with canvas.style():
        figure, ((ax,),) = canvas.figure(1, 1, 60)
        ax.plot(WIDTHS, [1e3 * s for s in plain], "s-", color=GREY, ms=3, label="plain loop with torch.nn.GRU")
        ax.plot(WIDTHS, [1e3 * s for s in ours], "o-", color="#0072B2", ms=3, label="rscnav")
        ax.plot(WIDTHS, [1e3 * f / peak for f in flops], "k--", lw=0.8, label="matrix products at peak speed")
        ax.set(
            xscale="log",
            yscale="log",
            xlabel="count of units",
            ylabel="time of a training step (ms)",
            xticks=WIDTHS,
            xticklabels=WIDTHS,
        )
        ax.minorticks_off()
        plain_log_ticks(ax.yaxis)
        ax.legend(loc="upper left")
        figure.savefig(OUTPUT, dpi=canvas.dpi, metadata={"Software": None})


if __name__ == "__main__":
    main()
