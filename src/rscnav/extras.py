"""Optional packages: a missing one is an error that states how to install it."""

from collections.abc import Iterator
from contextlib import contextmanager

from rscnav.errors import RscnavError


class MissingPackageError(RscnavError, ModuleNotFoundError):
    """An optional package is not installed; the message states how to install it."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Raise `MissingPackageError` where an import in the body of the ``with`` statement finds no package.

    Parameters
    ----------
    name : str
        The extra of rscnav that installs the package, for example ``"compare"``.

    Raises
    ------
    MissingPackageError
        The message names the package and ``pip install 'rscnav[name]'``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        message = f"the package '{error.name}' is not installed; install it with: pip install 'rscnav[{name}]'"
        raise MissingPackageError(message, name=error.name) from error
