"""What made a result: a hash of the code it came from, versions of the packages, the settings."""

import hashlib

import rscnav
from rscnav.workflow.provenance.import_closure import closure, data_files, source
from rscnav.workflow.provenance.package_versions import versions


def code_hash(*modules: str) -> str:
    """Hash modules, everything in rscnav that they import, and the versions of the numerical packages used there.

    Comments, docstrings, formatting and the entries of registries do not count (`rscnav.workflow.provenance.syntax_hash`). Modules that are
    chosen by name at run time have to be named. A data file that has a module's name (``style.mplstyle`` beside ``style.py``) belongs
    to the module. `rscnav.config` is left out: the values that it reads are a trigger of
    their own (`rscnav.config.job_settings`), so that a new key or a better message reruns nothing.

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
    """Return names and versions of the numerical packages that modules import, directly or not, as one line."""
    return versions(closure(*modules).packages)


def provenance(settings: str, *modules: str) -> dict[str, str]:
    """Return what every result file records: the version, a hash of its code, its packages, its settings."""
    return {
        "rscnav_version": rscnav.__version__,
        "code": code_hash(*modules),
        "packages": package_versions(*modules),
        "settings": settings,
    }
