"""Figure `entropy` and its panels.

- ``across_sessions``    last row of figure `entropy`: one value per session, by group of sessions
- ``dispersion_panels``  panels of rate dispersion: LM2 against LM1, and their difference with the null distributions
- ``entropy``            figure `entropy`: tuning curves and their entropy, for displacement and position
- ``tuning_panels``      panels of tuning: tuning curves, and entropies of all units with those of the null distributions
"""
