"""Training of networks, from the first batch to the files.

- ``checkpoint_settings``  what a checkpoint was made with, and how that differs from what is wanted now
- ``curriculum``           easier trials to begin with: which task, and how many trials, a batch is drawn from
- ``early_stopping``       when a training ends before its schedule, and when it has gone wrong
- ``finished_files``       finished files of a network, and those that another network's job left for it to take
- ``flops``                what a training step costs in arithmetic, and what this machine could do
- ``loss``                 what training lowers: the loss of the reports, and a cost of high rates
- ``lr_schedule``          learning rate: one cycle up and down, then shorter and lower ones while the target gap is not reached
- ``matmul_backend``       which library multiplies matrices on a CPU
- ``member``               one network of a training run: its plan, its seeds, its folder, and what is known of it so far
- ``optimiser``            adam with clipped gradients, for one network or for several that each have a learning rate of their own
- ``plan``                 what to train and how, and which plans can be followed together
- ``progress``             how a training gets on: a line on the terminal now and then, and a table to plot, ``progress.csv``
- ``resume``               checkpoints of training runs: which will do, and the part of one that some of its networks go on from
- ``stacking``             several networks of one shape side by side: weights and batches with a leading dimension
- ``train``                training from the first batch to the files, of one network or of several together
- ``train_step``           networks and how they learn from a batch: one network, or several side by side
- ``trainer``              A training run: batches, validations, what is done after a divergence, checkpoints
- ``training_job``         one network's training job, which may train other networks of its shape, too
- ``trial_streams``        which trials are for training, validation and test: separate streams, each batch with a generator of its own
- ``validation``           how good a network is on held-out trials, beside the best that an observer could be
"""
