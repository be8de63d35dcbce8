"""What the workflow and its commands share: jobs, provenance, the end of a run, checks of its results.

- ``jobs``           what a job depends on: its settings and its code
- ``provenance``     the code that made a result: the modules it imports, a hash of them, versions of packages
- ``results_check``  A results folder gone through: what is damaged, missing, left over, or of another configuration
- ``run_end``        the end of a run: what there is to look at; after failures, a table of them, and joint outputs with named gaps
- ``summary``        ``summary.json``: every number that figures and docs quote, from the result files; null where not applicable
"""
