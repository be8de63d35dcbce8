"""The mapping of a recording: from names in its file to the fields of a session.

- ``arrays``     what the arrays in a file without NWB's structure are
- ``landmarks``  where the landmarks of a recording are, and when the animal sees them
- ``mapping``    what the names in a recorded file mean: activity that is a series, rows to choose, trials, phases; the position in `position`
- ``position``   which series and columns of a recorded file are the animal's place and heading
- ``recording``  one recorded session: a file, and the mapping from its names to ours
"""
