"""How recurrent networks, artificial and cortical, hold hypotheses about where they are.

The names that ``rscnav.NAME`` offers are listed in ``__init__.pyi`` and described in ``docs/api.md``. Each is imported on first use.

A package imports only packages of lower layers; the layers are listed in ``pyproject.toml`` (``tool.importlinter``).
In reading order:

- ``tasks``         navigation tasks with indistinguishable landmarks, sampled in batches of trials (needs torch)
- ``observers``     ideal observers of the tasks: Bayes filters, particle filters, smoothers (needs torch)
- ``networks``      recurrent networks: cells, learning rules, training, checkpoints (needs torch)
- ``sessions``      the data format that networks and recordings share: one table of fields, stored in HDF5
- ``recordings``    recordings in NWB or plain arrays, read into sessions
- ``inspection``    contents of a recorded file, a draft of its mapping, and a quality report
- ``sampling``      simulated recordings of networks: subsampled units, Poisson spikes, matched trials
- ``analyses``      analyses of one session, each with its null distribution and interval (without torch)
- ``comparison``    comparison of sessions: representational and dynamical similarity
- ``dynamics``      dynamics of trained networks: fixed and slow points, perturbation responses, autonomous runs
- ``figures``       figures drawn from the results of analyses
- ``export``        export of sessions as NWB and as tables
- ``calibration``   error rates of the tests and coverage of the intervals, measured on simulated sessions
- ``ground_truth``  estimates as a function of the count of units and trials, compared with the truth of a simulation
- ``config``        ``config.yaml`` and presets: reading, checks, settings of each job
- ``workflow``      jobs of the workflow, provenance of results, checks of a results folder
- ``cli``           one command for each stage, called by the workflow and by people
- ``files``         writing of files: atomic, with checksums, and cleanup after killed processes
- ``settings``      base classes of all settings, limits of values, error messages
- ``registry``      tables of what is chosen by name: analyses, figures, tasks, cells, learning rules
- ``seeds``         random numbers: one generator for each purpose, derived from one seed
- ``trial_ratios``  ratios of sums over trials with standard errors over trials
- ``validation``    checks of arguments that many functions share
- ``errors``        errors that a user can correct; any other exception is an error of this program
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
