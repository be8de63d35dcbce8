"""A draft of a mapping, guessed from the names in a file.

- ``draft``           a guessed mapping, with the reasons, as YAML to be pasted into `recordings`
- ``guess``           what the names in a file probably mean: good units, activity, position; trials and landmarks in `guess_trials`
- ``guess_position``  which series and columns are probably the animal's place, and which its heading
- ``guess_trials``    which table holds the trials, what its columns mean, and where the landmarks are
"""
