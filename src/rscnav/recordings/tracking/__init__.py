"""Position and heading of the animal from tracked series.

- ``artifacts``         tracked samples that are no place of the animal: jumps of the tracking, and places outside the arena
- ``coordinates``       from a file's coordinates to a session's: unit, middle of the arena, scale, and the angle along a circular track
- ``interpolation``     A tracked series -> values at any time, and where there are none
- ``kinematics``        place, velocity and direction of movement in bins, with the scene's rotation taken off
- ``laps``              positions along a track that start again each lap, and angles that come round
- ``position_series``   the animal's place and heading from the series and columns that a mapping names
- ``position_units``    units of a position: those that are known, how files spell them, and what contradicts them
"""
