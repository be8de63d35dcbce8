"""A results folder gone through: what is damaged, missing, left over, or of another configuration.

- ``declared``  the files that a run of a configuration makes
- ``products``  check one file by its kind
- ``survey``    go through a folder
- ``remake``    delete what is damaged and run the workflow
"""
