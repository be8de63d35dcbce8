"""One thin command a stage: what the workflow's rules call and what a person can type.

A command reads files, calls one function of the library, writes files. ``main`` finds the command; each other file is one.

- ``analyse``           ``rscnav analyse``: run one analysis on one session
- ``calibrate``         ``rscnav calibrate``: how often the tests are wrong, and how often the intervals hold the truth
- ``check``             ``rscnav check``: go through a results folder
- ``common``            what several commands share
- ``compare``           ``rscnav compare``: how alike the sessions of a comparison are
- ``error_reports``     what the command line shows of an exception
- ``export``            ``rscnav export``: session -> NWB and tables for other programs
- ``ground_truth``      ``rscnav ground-truth``: how estimates approach the truth as units and trials grow, on the simulated example
- ``import_recording``  ``rscnav import-recording``: recording -> session
- ``inspect``           ``rscnav inspect FILE``: what is in a recorded file, and what can be made of it
- ``main``              ``rscnav COMMAND``: finds the command; shows errors that a user can correct as one message
- ``memory_errors``     errors of too little memory, as a sentence that names the settings that most of it goes with
- ``network_dynamics``  ``rscnav network-dynamics``: what a trained network does by itself; of a recording, that there is none
- ``plot``              ``rscnav plot``: draw one figure for one or more sessions
- ``plot_comparison``   ``rscnav plot-comparison``: draw the sessions of a comparison side by side, and write their numbers as a table
- ``pool``              ``rscnav pool``: numbers over sessions, from their results
- ``rollout``           ``rscnav rollout``: trained network -> session
- ``sample_network``    ``rscnav sample-network``: a network's session as a recording of it would have given it
- ``simulate``          ``rscnav simulate``: write a simulated recording as NWB, its truth beside it
- ``status``            ``rscnav status``: whether a run is under way in this folder, and what a killed one left
- ``summary``           ``rscnav summary``: collect the numbers that docs and figures quote into summary.json
- ``train``             ``rscnav train``: train one network; goes on from its checkpoint after a kill
- ``validate``          ``rscnav validate``: a configuration and its files, tried before a long run
"""
