"""Settings of a recording: the mapping from names in a file to the fields of a session.

- ``arrays``     arrays in a file without NWB's structure
- ``landmarks``  landmark positions, and when each landmark is in view
- ``mapping``    activity that is a series, rules on rows of tables, epochs, trials and phases
- ``position``   series and columns of the position and heading, their unit, and the arena
- ``recording``  one recorded session: its file and its mapping
"""
