"""The code that made a result: the modules it imports, a hash of them, versions of packages.

- ``import_closure``    which modules of rscnav some modules import, directly or not, read from their source
- ``package_versions``  installed packages whose versions can change a result, and the versions at hand
- ``provenance``        what made a result: a hash of the code it came from, versions of the packages, the settings
- ``syntax_hash``       one source file as Python reads it: a hash of its syntax tree, and what it imports
"""
