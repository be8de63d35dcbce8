# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Explore a session and its analyses
#
# Run the workflow first (`make figures`, or `make quick` and set `results` to `results/quick`). Open this file in Jupyter
# with jupytext (right click, *Open as Notebook*), or cell by cell in an editor that knows `# %%`.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import rscnav
from rscnav.sessions.schema import PHASES

run = rscnav.load_results(os.environ.get("RSCNAV_RESULTS", "../results"))
run.sessions

# %% [markdown]
# A session holds activity by time and unit, be it of a network or of an animal, and what is known of the behaviour.

# %%
name = run.sessions[0]
session = run[name].session
print(f"{session.name}: a {session.kind} with {session.n_units} units and {len(session.trials)} trials")
print({phase: int(np.sum(session.phase == number)) for number, phase in enumerate(PHASES)}, "time steps a phase")

# %% [markdown]
# One trial: where the animal is and what its units do. Change `trial` and run the cell again.

# %%
trial = int(np.argmax(session.trials["split"] == "test"))
here = session.trial == trial
seconds = session.time[here] - session.time[here][0]
figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(6, 4))
top.plot(seconds, session.position[here], ".", ms=3)
top.set(ylabel="position (rad)", title=f"{name}, trial {trial}")
bottom.imshow(
    session.activity[here].T, aspect="auto", extent=(0, seconds[-1], session.n_units, 0), interpolation="nearest"
)
bottom.set(xlabel="time in trial (s)", ylabel="unit")
plt.show()

# %% [markdown]
# An analysis' result is a table of named arrays with units; here the eigenspectra are drawn again, as in the figure
# `eigenspectra`: the fraction of variance by component, compared with a circular shift of each unit.

# %%
result = run[name]["eigenspectrum"]
print(*(f"{key}: {array.shape} {result.dims[key]}" for key, array in result.arrays.items()), sep="\n")

# %%
parts = [part for part in (*PHASES, "all") if f"{part}/eigenvalues" in result]
figure, axes = plt.subplots(1, len(parts), sharey=True, squeeze=False, figsize=(2.5 * len(parts), 2.5))
for ax, part in zip(axes[0], parts, strict=True):
    spectrum = result[f"{part}/eigenvalues"]
    component = np.arange(1, len(spectrum) + 1)
    ax.plot(component, spectrum, "o-", ms=3, label=name)
    low, high = result[f"{part}/control_circular_shift_low"], result[f"{part}/control_circular_shift_high"]
    ax.fill_between(component, low, high, color="0.8", label="circular shift, 95 %")
    ax.set(yscale="log", xlabel="component", title=part)
axes[0, 0].set_ylabel("fraction of variance")
axes[0, 0].legend()
plt.show()
