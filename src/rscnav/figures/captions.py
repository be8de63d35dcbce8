"""Captions of figures for Snakemake's report, from the first paragraph of each figure's module."""

import ast
import importlib.util
from pathlib import Path

from rscnav.errors import InvalidValueError


class Caption:
    """Text for the report. It is no rerun trigger: Snakemake compares parameters that are plain values, and this is none."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def caption_of(module: str) -> Caption:
    """Return the caption of the figure that a module draws, without importing it; one without a docstring is refused."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise InvalidValueError(f"{module}: no such module")
    said = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))
    if not said:
        raise InvalidValueError(f"{module}: no docstring; its first paragraph is the figure's caption in the report")
    paragraph = " ".join(said.split("\n\n")[0].split())
    _, _, after = paragraph.partition("`: ")
    text = after if paragraph.startswith("Figure `") and after else paragraph
    return Caption(text[0].upper() + text[1:])
