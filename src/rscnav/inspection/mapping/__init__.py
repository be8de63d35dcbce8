"""Draft of a mapping, guessed from the types, values and names in a file.

- ``draft``           write a guessed mapping, with the reasons, as YAML for the section `recordings`
- ``guess``           guess the mapping: good units, activity and position here, trials and landmarks in `guess_trials`
- ``guess_position``  guess the series and columns of position and heading
- ``guess_trials``    guess the trial table, the meaning of its columns, epochs and landmarks
"""
