"""Jobs, provenance, end of a run and checks of results, shared by the workflow and its commands.

- ``jobs``           dependencies of a job: its settings and its code
- ``provenance``     code of a result: its modules, a hash of them, versions of packages
- ``results``        results of a run in Python: sessions, results and figures of a results folder
- ``results_check``  check of a results folder: files that are damaged, missing, left over, or of another configuration
- ``run_end``        end of a run: list of products; after failures a table of failed jobs, and joint outputs without them
- ``summary``        ``summary.json``: every number that figures and docs quote; null where not applicable
"""
