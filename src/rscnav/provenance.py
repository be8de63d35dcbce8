"""What made a result: a hash of the code it came from, versions of the packages, the settings."""

import ast
import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

import rscnav

PACKAGE = Path(rscnav.__file__).parent
PACKAGES = ("numpy", "scipy", "scikit-learn", "torch", "h5py", "matplotlib", "pynwb")


def code_hash(*modules: str) -> str:
    """Hash the source of modules and of everything in rscnav that they import, directly or not.

    Imports are read from the source, inside functions too. A package's ``__init__`` counts only as the front that
    re-exports names; code inside rscnav imports from the files themselves. ``rscnav.config`` is left out: what it reads
    is a trigger of its own (`rscnav.config.stages`), so that a new key or a better message reruns nothing.

    Parameters
    ----------
    *modules : str
        Dotted names, for example ``"rscnav.cli.train"``.

    Returns
    -------
    str
        12 hexadecimal digits; the same for the same content, whatever the files' times.
    """
    digest = hashlib.sha256()
    for name in code_closure(*modules):
        digest.update(name.encode())
        digest.update(_file(name).read_bytes())
    return digest.hexdigest()[:12]


def code_closure(*modules: str) -> list[str]:
    """List the rscnav modules that `modules` import, directly or not, themselves included."""
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return sorted(found)


@cache
def _imports(name: str) -> tuple[str, ...]:
    """List the rscnav modules that one module imports, read from its source."""
    tree = ast.parse(_file(name).read_text(encoding="utf-8"))
    imported: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names if _file(alias.name).is_file()]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rscnav":
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            imported += [module if _file(module).is_file() else node.module for module in submodules]
    return tuple(m for m in imported if m.startswith("rscnav.") and not m.startswith("rscnav.config"))


def _file(module: str) -> Path:
    parts = module.split(".")[1:]
    path = PACKAGE.joinpath(*parts)
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def package_versions() -> str:
    """Give the versions of Python's packages that results depend on, as one line."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def provenance(settings: str, *modules: str) -> dict[str, str]:
    """Collect what every result file records: the version, a hash of its code, its packages, its settings."""
    return {
        "rscnav_version": rscnav.__version__,
        "code": code_hash(*modules),
        "packages": package_versions(),
        "settings": settings,
    }
