"""Position and heading of the animal from tracked series.

- ``artifacts``         tracking artifacts: samples outside the arena, and jumps faster than a maximal speed
- ``coordinates``       coordinates of the file converted to those of the session: unit, centre, scale, circular track
- ``interpolation``     tracked samples interpolated to any time, with tracking gaps and missing values
- ``kinematics``        position, velocity and direction of movement in time bins, in the landmark frame
- ``laps``              positions along a track that start again in each lap, and angles that wrap around
- ``position_series``   position and heading read from the series and columns that the mapping names
- ``position_units``    units of a position: their spellings in files, and checks against the file and the values
"""
