"""Captions for the report of Snakemake: the first paragraph of the docstring of each figure module."""

import ast
import importlib.util
from pathlib import Path

from rscnav.errors import InvalidValueError


class Caption:
    """Caption text as an object: Snakemake reruns jobs if a parameter changes, but only compares plain values."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def caption_of(module: str) -> Caption:
    """Return the caption of the figure that a module draws, without importing the module.

    Parameters
    ----------
    module : str
        Full name of the module.

    Returns
    -------
    Caption

    Raises
    ------
    InvalidValueError
        If there is no such module, or if it has no docstring.
    """
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise InvalidValueError(f"{module}: no such module")
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))
    if not docstring:
        raise InvalidValueError(f"{module}: no docstring; its first paragraph is the figure's caption in the report")
    paragraph = " ".join(docstring.split("\n\n")[0].split())
    _, _, after = paragraph.partition("`: ")
    text = after if paragraph.startswith("Figure `") and after else paragraph
    return Caption(text[0].upper() + text[1:])
