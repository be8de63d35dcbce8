"""Versions of the installed packages that can change a result."""

import importlib.metadata
from collections.abc import Iterable
from functools import cache

NUMERICAL: dict[str, tuple[str, ...]] = {
    "numpy": ("numpy",),
    "scipy": ("scipy", "numpy"),
    "sklearn": ("scikit-learn", "scipy", "numpy"),
    "torch": ("torch",),
    "numba": ("numba", "numpy"),
    "pandas": ("pandas", "numpy"),
    "xarray": ("xarray", "pandas", "numpy"),
    "pynapple": ("pynapple", "numba", "pandas", "numpy"),
    "threadpoolctl": ("threadpoolctl",),
    "h5py": ("h5py",),
    "hdf5plugin": ("hdf5plugin",),
    "pynwb": ("pynwb", "hdmf", "h5py"),
    "hdmf": ("hdmf", "h5py"),
    "hdmf_zarr": ("hdmf-zarr", "zarr", "hdmf"),
    "zarr": ("zarr",),
    "numcodecs": ("numcodecs",),
    "pyarrow": ("pyarrow",),
    "pymatreader": ("pymatreader",),
    "mat73": ("mat73",),
    "matplotlib": ("matplotlib",),
    "rsatoolbox": ("rsatoolbox", "scikit-learn", "scipy", "numpy"),
    "DSA": ("dsa-metric", "scipy", "torch"),
}
"""Imported name -> distributions whose versions count: the package and the packages that it computes with."""

WITHOUT_EFFECT = frozenset({"annotated_types", "lazy_loader", "psutil", "pydantic", "pydantic_core", "yaml"})
"""Imported packages that change no number: reading of settings, lookups, management of processes."""


def versions(imported: Iterable[str]) -> str:
    """Return names and versions of the numerical packages of some imports, as one line.

    For example ``"numpy 2.4.6, scipy 1.16.3"``, in order of name. The standard library and packages without effect on results are
    skipped. The local part of a version is dropped, so that ``2.13.0+cpu`` and ``2.13.0+cu130`` are equal.
    """
    distributions = sorted({name for module in imported for name in NUMERICAL.get(module, ())})
    return ", ".join(f"{name} {_version(name)}" for name in distributions)


@cache
def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
