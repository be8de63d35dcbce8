"""Cache folder of numba's compiled functions, also for a read-only installation without a home folder."""

import logging
import os
from pathlib import Path
from typing import Any

import numba
from numba.misc.appdirs import AppDirs

from rscnav.files.writable import is_usable, private_folders

log = logging.getLogger(__name__)
_numba: Any = numba.config


def keeps_compiled(source: str) -> bool:
    """Select the cache folder for the compiled functions of a source file; return whether there is one, for numba's option `cache`.

    `source` is ``__file__`` of the module. Candidates, in this order: the folder of the variable NUMBA_CACHE_DIR, ``__pycache__`` of
    the source, the user's cache, a private temporary folder. The first one that is writable and has free space is used. Without one,
    each process compiles its functions again.
    """
    first = _numba.CACHE_DIR or os.path.join(os.path.dirname(source), "__pycache__")
    if is_usable(Path(first)):
        return True
    for folder in (Path(AppDirs(appname="numba", appauthor=False).user_cache_dir), *private_folders("numba")):
        if is_usable(folder):
            _numba.CACHE_DIR = str(folder)
            return True
    log.warning(
        "no writable cache folder for compiled code: each process compiles it again; set NUMBA_CACHE_DIR to a writable folder"
    )
    return False
