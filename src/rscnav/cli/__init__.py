"""Command line: one command per stage of the workflow.

A command reads files, calls one function of the library and writes files. ``main`` selects the command. All other modules
are one command each, except ``common``, ``error_reports`` and ``memory_errors``.

- ``analyse``           ``rscnav analyse``: run one analysis on one session
- ``calibrate``         ``rscnav calibrate``: false-positive rates of the tests and coverage of the intervals
- ``check``             ``rscnav check``: check the files of a results folder
- ``common``            functions that several commands share
- ``compare``           ``rscnav compare``: similarity of the sessions of a comparison
- ``config``            ``rscnav config``: values of the configuration, its defaults, its JSON schema, its reference page
- ``error_reports``     messages of exceptions on the command line
- ``export``            ``rscnav export``: session -> NWB and tables for other programs
- ``ground_truth``      ``rscnav ground-truth``: error of each estimate against the ground truth, by count of units and trials
- ``import_recording``  ``rscnav import-recording``: recording -> session
- ``inspect``           ``rscnav inspect FILE``: contents of a recorded file and a draft of its mapping
- ``main``              ``rscnav COMMAND``: select and run a command, show its errors
- ``memory_errors``     messages of out-of-memory errors, with the settings to lower
- ``network_dynamics``  ``rscnav network-dynamics``: dynamics of a trained network: fixed points, autonomous runs, perturbations
- ``plot``              ``rscnav plot``: draw one figure for one or more sessions
- ``plot_comparison``   ``rscnav plot-comparison``: draw a comparison of sessions and write its table
- ``pool``              ``rscnav pool``: pool the results of sessions
- ``rollout``           ``rscnav rollout``: trained network -> session
- ``sample_network``    ``rscnav sample-network``: simulated recording of a trained network
- ``simulate``          ``rscnav simulate``: write a simulated recording (NWB) and its ground truth
- ``status``            ``rscnav status``: running or killed workflows in this folder
- ``summary``           ``rscnav summary``: write summary.json, the numbers that docs and figures quote
- ``train``             ``rscnav train``: train one network, or resume from its checkpoint
- ``validate``          ``rscnav validate``: check a configuration and its files before a long run
"""
