"""Learning curves of the learning rules on ring-fixed with 32 units, compared with the Bayes filter.

First run ``snakemake --configfile workflow/presets/rules.yaml``. Then ``python benchmarks/learning_rules.py`` draws
docs/figures/learning_rules.png and prints the values of the table in docs/rules.md.
"""

import csv
from pathlib import Path

import numpy as np
import torch
from timing import seconds

from rscnav.config.job_settings import network_sessions
from rscnav.config.load import load_config
from rscnav.figures.layout import panel_letters
from rscnav.figures.style import Canvas
from rscnav.networks.architecture import architecture
from rscnav.networks.learning_rules.registry import make_rule
from rscnav.networks.model import Network
from rscnav.networks.training.loss import Objective
from rscnav.networks.training.matmul_backend import onednn_matmul
from rscnav.tasks.registry import task_from

ROOT = Path(__file__).parents[1]
LOOKS = {
    "bptt": ("#000000", "-"),
    "truncated_bptt": ("#0072B2", "-"),
    "rtrl": ("#E69F00", "--"),
    "snap": ("#009E73", "-"),
    "e-prop": ("#D55E00", "-"),
    "crbp": ("#E69F00", "--"),
}


def main() -> None:
    """Draw loss and optimality gap against batches, one row per cell; print the gap and the time of one batch."""
    torch.set_num_threads(1)
    config = load_config(ROOT / "config.yaml", ROOT / "workflow" / "presets" / "rules.yaml")
    task = task_from("ring-fixed", config.tasks["ring-fixed"])
    cells = list(dict.fromkeys(network.cell for network, _ in network_sessions(config).values()))
    canvas = Canvas(width_mm=120, dpi=200)
    with canvas.style():
        figure, axes = canvas.figure(len(cells), 2, 48)
        for name, (network, _) in network_sessions(config).items():
            settings, row = network.training, axes[cells.index(network.cell)]
            with (ROOT / config.results_dir / "networks" / name / "curve.csv").open() as file:
                table = list(csv.DictReader(file))
            curve = {
                key: np.array([float(line[key]) for line in table]) for key in ("batch", "loss", "bayes_loss", "gap")
            }
            colour, style = LOOKS[settings.learning_rule.name]
            for ax, key in zip(row, ("loss", "gap"), strict=True):
                ax.plot(curve["batch"], curve[key], color=colour, ls=style, lw=0.9, label=settings.learning_rule.name)
            batch = task.sample(settings.batch_size, task.n_steps, torch.Generator().manual_seed(0))
            made = Network(
                len(task.channels), task.heads, architecture(network, task), torch.Generator().manual_seed(0)
            )
            rule, inputs, objective = (
                make_rule(settings.learning_rule, 0),
                batch.inputs.transpose(0, 1),
                Objective(batch.targets),
            )
            with onednn_matmul():
                took = seconds(lambda: rule.gradient(made, inputs, objective), 5)  # noqa: B023 (called here and now)
            last = table[-1]
            print(
                f"{network.cell:9s} {settings.learning_rule.name:15s} gap {float(last['gap']):.3f} ± {float(last['gap_se']):.3f}, "
                f"{1e3 * took:.0f} ms per batch of {settings.batch_size} trials, restarts {last['restarts']}"
            )
            limit = curve["bayes_loss"][-1]  # the same for all networks, which have the same validation trials
            row[0].axhline(limit, color="#767676", lw=0.8, ls=":")
        for cell, (left, right) in zip(cells, axes, strict=True):
            left.set(title=f"{cell}, 32 units", xlabel="batches", ylabel="validation loss (nats per step)")
            left.annotate("Bayes filter", (0.02, limit), xycoords=("axes fraction", "data"), fontsize=6, va="bottom")
            right.set(
                title=f"{cell}, 32 units", xlabel="batches", ylabel="optimality gap (nats per step)", yscale="log"
            )
            right.minorticks_off()
            right.set_yticks(
                ticks := [t for t in (0.2, 0.3, 0.5, 0.7, 1, 1.5) if right.get_ylim()[0] < t < right.get_ylim()[1]]
            )
            right.set_yticklabels([f"{tick:g}" for tick in ticks])
            left.legend(loc="upper right")
        panel_letters([ax for row in axes for ax in row])
        figure.savefig(ROOT / "docs" / "figures" / "learning_rules.png", dpi=canvas.dpi, metadata={"Software": None})


if __name__ == "__main__":
    main()
