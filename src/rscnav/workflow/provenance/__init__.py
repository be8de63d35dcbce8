"""Provenance of a result: hash of its code, versions of packages, settings.

- ``import_closure``    transitive imports of modules, read from their source
- ``package_versions``  versions of the installed packages that can change a result
- ``provenance``        hash of the code of a result, versions of packages, settings
- ``syntax_hash``       hash of the syntax tree of a source file, and its imports
"""
