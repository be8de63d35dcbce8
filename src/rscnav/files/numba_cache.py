"""Where numba keeps what it compiled: a folder that can be written, also in a read-only installation without a home."""

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
    """Choose where numba keeps the compiled functions of a source file (``__file__`` of the module), for numba's option `cache`.

    That is the folder that the variable NUMBA_CACHE_DIR names, the source's ``__pycache__``, the user's cache, or a folder of the user's
    own among the temporary files: the first that can be written and has room. False where there is none: functions are then compiled
    anew in each process.
    """
    first = _numba.CACHE_DIR or os.path.join(os.path.dirname(source), "__pycache__")
    if is_usable(Path(first)):
        return True
    for folder in (Path(AppDirs(appname="numba", appauthor=False).user_cache_dir), *private_folders("numba")):
        if is_usable(folder):
            _numba.CACHE_DIR = str(folder)
            return True
    log.warning("no folder can be written for compiled code: it is compiled anew each time; set NUMBA_CACHE_DIR to one")
    return False
