"""What a job's code is: the modules that it imports, a hash of them, and the packages whose versions count.

- ``syntax``    one file as Python reads it: a hash without comments and docstrings, and its imports
- ``closure``   all modules of rscnav that some modules import, directly or not
- ``packages``  installed packages whose versions can change a result
"""
