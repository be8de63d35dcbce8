"""The figure `entropy`, and its panels.

- ``across_sessions``    the row below all others: one value a session, networks of one name side by side, recordings apart
- ``dispersion_panels``  panels of dispersion: LM1 against LM2, and their difference beside the controls
- ``entropy``            figure `entropy`: tuning to angle and place, its entropy
- ``tuning_panels``      panels of tuning: each unit's curve, and the entropies of all units beside those of the nulls
"""
