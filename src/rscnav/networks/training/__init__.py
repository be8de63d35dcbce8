"""Training of networks.

- ``checkpoint_settings``  settings and code of a checkpoint, and how they differ from the present ones
- ``curriculum``           curriculum: lessons with easier trials at the beginning of training
- ``early_stopping``       early stopping, and detection of training divergence
- ``finished_files``       finished files of a network, and their transfer from the job of another network
- ``flops``                floating-point operations of a training step, and the peak speed of this machine
- ``loss``                 training loss: cross-entropy of the reports, and activity regularisation
- ``lr_schedule``          learning-rate schedule: one cycle, then shorter and lower cycles until the target gap is reached
- ``matmul_backend``       matrix products on a CPU by oneDNN instead of MKL
- ``member``               one network of a training run: plan, seeds, folder and state
- ``optimiser``            adam with gradient clipping, for one network or an ensemble with one learning rate per network
- ``plan``                 training plan of a network, and check of plans that are trained together
- ``progress``             progress of training: lines of the log, and the table ``progress.csv``
- ``resume``               checkpoints of training runs: validity checks, and selection of some of its networks
- ``stacking``             ensembles of networks of one shape: weights and batches with a leading dimension
- ``train``                training of one network, or of an ensemble
- ``train_step``           one training step of a network or of an ensemble
- ``trainer``              A training run: batches, validations, restarts after divergence, checkpoints
- ``training_job``         training job of a network; it may train other networks of the same shape
- ``trial_streams``        separate random streams of trials for training, validation and test
- ``validation``           validation: loss and optimality gap of a network on held-out trials
"""
