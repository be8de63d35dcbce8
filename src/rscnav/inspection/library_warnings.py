"""Warnings of the libraries that read a file, collected and shortened."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LIBRARIES = re.compile(r"[/\\\\](pynwb|hdmf|hdmf_zarr|zarr|h5py|numcodecs)[/\\\\]")
_LONGEST = 200


@contextmanager
def library_warnings_in(found: list[str]) -> Iterator[None]:
    """Append the warnings of the libraries to `found`, each once and on one line, without the location in the source.

    All other warnings are issued unchanged.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.filterwarnings("always", category=UserWarning)
        try:
            yield
        finally:
            others = []
            for warning in caught:
                text = " ".join(str(warning.message).split())
                text = text if len(text) <= _LONGEST else text[:_LONGEST] + " ..."
                if not (_LIBRARIES.search(warning.filename) or _is_ours(warning.filename)):
                    others.append(warning)
                elif issubclass(warning.category, UserWarning) and text not in found:
                    found.append(text)
    for warning in others:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _is_ours(filename: str) -> bool:
    """Return whether a warning comes from rscnav, all of whose warnings are about files."""
    return os.path.abspath(filename).startswith(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
