"""Check of a results folder: files that are damaged, missing, left over, or of another configuration.

- ``expected_files``  files that a run of a configuration makes (targets of the rule `all` of the Snakefile)
- ``file_check``      check of one file, and the files that belong to it
- ``remake``          delete damaged files and run the workflow, which makes them again
- ``survey``          check of all files of a results folder
"""
