"""Provenance of a result: hash of its code, versions of packages, settings."""

import hashlib

import rscnav
from rscnav.workflow.provenance.import_closure import closure, data_files, source
from rscnav.workflow.provenance.package_versions import versions


def code_hash(*modules: str) -> str:
    """Return a hash of modules, of all modules of rscnav that they import, and of the versions of their numerical packages.

    Comments, docstrings, formatting and the entries of registries do not count (`rscnav.workflow.provenance.syntax_hash`). Modules that
    are imported by name at run time must be listed. A data file with the name of a module (``style.mplstyle`` of ``style.py``)
    belongs to the module. `rscnav.config` is left out: the values of settings are a separate trigger (`rscnav.config.job_settings`),
    so that a new key or a new message reruns no job.

    Parameters
    ----------
    *modules : str
        Dotted names, for example ``"rscnav.cli.train"``.

    Returns
    -------
    str
        12 hexadecimal digits; the same on every supported version of Python.

    Raises
    ------
    InvalidValueError
        For an import that cannot be followed.
    """
    found = closure(*modules)
    digest = hashlib.sha256()
    for name in found.modules:
        digest.update(f"{name} {source(name).digest}\n".encode())
        for path in data_files(name):
            digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    digest.update(versions(found.packages).encode())
    return digest.hexdigest()[:12]


def package_versions(*modules: str) -> str:
    """Return names and versions of the numerical packages in the transitive imports of modules, as one line."""
    return versions(closure(*modules).packages)


def provenance(settings: str, *modules: str) -> dict[str, str]:
    """Return the provenance that every result file records: version, hash of the code, packages, settings."""
    return {
        "rscnav_version": rscnav.__version__,
        "code": code_hash(*modules),
        "packages": package_versions(*modules),
        "settings": settings,
    }
