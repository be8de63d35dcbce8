"""Vanishing and exploding gradients by cell: norm of ∂L(t)/∂s(t-k) against the lag k.

First run ``snakemake --configfile workflow/presets/gradients.yaml``, which trains networks of each cell with and without gradient
clipping. Then ``python benchmarks/gradient_lag.py`` draws docs/figures/gradient_lag.png.
"""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rscnav.config.job_settings import network_sessions
from rscnav.config.load import load_config
from rscnav.figures.layout import panel_letters
from rscnav.figures.style import GREY, Canvas
from rscnav.networks.architecture import architecture
from rscnav.networks.checkpoint import load_network
from rscnav.networks.model import Network, step_losses
from rscnav.seeds import Seeds
from rscnav.tasks.base import Batch
from rscnav.tasks.registry import task_from

ROOT = Path(__file__).parents[1]
N_TRIALS, MAX_LAG, FROM = 200, 60, (69, 79, 89, 99)  # steps whose losses are used; each has all lags
LOOKS = {"untrained": (GREY, ":"), "clipped": ("#0072B2", "-"), "not clipped": ("#D55E00", "--")}


def norms(network: Network, batch: Batch) -> NDArray[np.float64]:
    """Return the norm of the gradient of the loss at a step with respect to the state k steps before, (lag, trial x step)."""
    inputs = batch.inputs.transpose(0, 1)
    state = inputs.new_zeros(inputs.shape[1], len(network.units)).requires_grad_()
    states, found = [], []
    for step in range(FROM[-1] + 1):
        state = network.step(inputs[step], state)
        states.append(state)
        if step in FROM:
            sent = network.layers[-1].hidden(network.split(state)[-1])
            loss = step_losses(network.readouts["position"](sent), batch.targets["position"][:, step])
            before = states[: -MAX_LAG - 2 : -1]
            gradients = torch.autograd.grad(loss.sum(), before, retain_graph=True)
            found.append(torch.stack([torch.linalg.vector_norm(g, dim=1) for g in gradients]))
    return torch.cat(found, dim=1).double().numpy()


def main() -> None:
    """Draw one panel per cell: networks untrained, trained with gradient clipping, and trained without."""
    config = load_config(ROOT / "config.yaml", ROOT / "workflow" / "presets" / "gradients.yaml")
    task = task_from("ring-fixed", config.tasks["ring-fixed"])
    batch = task.sample(N_TRIALS, task.n_steps, torch.Generator().manual_seed(0))
    curves: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, (network, seed) in network_sessions(config).items():
        trained = load_network(ROOT / config.results_dir / "networks" / name / "weights.pt", task)
        seeds = Seeds(config.seed, ("network", network.task, seed))
        generator = torch.Generator().manual_seed(seeds.integer("weights"))
        untrained = Network(len(task.channels), task.heads, architecture(network, task), generator)
        of_cell = curves.setdefault(network.cell, {})
        of_cell["untrained"] = norms(untrained, batch)
        of_cell["clipped" if network.training.grad_clip_norm < 1e3 else "not clipped"] = norms(trained, batch)
    canvas = Canvas(dpi=200)
    with canvas.style():
        figure, axes = canvas.figure(1, len(curves), 48, sharey=True)
        for ax, (cell, lines) in zip(axes[0], curves.items(), strict=True):
            for label, (colour, style) in LOOKS.items():
                low, middle, high = np.quantile(lines[label], [0.25, 0.5, 0.75], axis=1)
                ax.plot(np.maximum(middle, 1e-12), color=colour, ls=style, lw=0.9, label=label)
                ax.fill_between(range(len(low)), np.maximum(low, 1e-12), high, color=colour, alpha=0.15, lw=0)
                half = int(np.argmax(middle < middle[0] / 2)) or MAX_LAG
                print(
                    f"{cell:15s} {label:12s} norm at lag 0: {middle[0]:.2e}, 20: {middle[20]:.2e}, 60: {middle[60]:.2e}; half at lag {half}"
                )
            ax.set(title=cell, xlabel="lag k (steps)", yscale="log", ylim=(1e-10, 1e2))
        axes[0][0].set_ylabel("‖∂L(t) / ∂s(t−k)‖")
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        panel_letters(axes[0])
        figure.savefig(ROOT / "docs" / "figures" / "gradient_lag.png", dpi=canvas.dpi, metadata={"Software": None})


if __name__ == "__main__":
    main()
