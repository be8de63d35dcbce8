"""Time of a training step of the default network: fraction spent on sampling trials, and dependence on the batch size.

One thread: ``OMP_NUM_THREADS=1 python benchmarks/training_step.py``.
"""

from functools import partial

import torch
from timing import learner, seconds

from rscnav.tasks import make_task


def main() -> None:
    """Measure sampling and training step at two batch sizes."""
    torch.set_num_threads(1)
    task, generator = make_task("ring-fixed"), torch.Generator().manual_seed(0)
    learn = learner(task)
    for size in (128, 256):
        sampling = seconds(partial(task.sample, size, task.n_steps, generator))
        training = seconds(partial(learn, task.sample(size, task.n_steps, generator)), 10)
        print(
            f"{size} trials x {task.n_steps} steps: training step {1e3 * training:.0f} ms, "
            f"sampling {1e3 * sampling:.1f} ms ({sampling / training:.1%}), {size / (training + sampling):.0f} trials/s"
        )


if __name__ == "__main__":
    main()
