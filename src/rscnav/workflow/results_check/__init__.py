"""A results folder gone through: what is damaged, missing, left over, or of another configuration.

- ``expected_files``  the files that a run of a configuration makes; the rule `all` of the Snakefile asks for the same ones
- ``file_check``      check one file of a results folder by its kind, and name what belongs to it
- ``remake``          delete what is damaged in a results folder, and let the workflow make it again
- ``survey``          go through a results folder
"""
