"""Sizes, fonts and colours of figures; files are saved without dates, so the same data give the same bytes."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.style import context

from rscnav.files.sealed.tails import write_all_sealed

MM = 1 / 25.4

# Palette for colour vision deficiencies (Okabe & Ito 2008, https://jfly.uni-koeln.de/color/).
GREY = "#767676"
PHASE_COLOURS = {"LM0": "#999999", "LM1": "#E69F00", "LM2": "#0072B2", "all": "#000000"}
LANDMARK_COLOURS = {"a": "#009E73", "b": "#CC79A7", "c": "#56B4E9", "d": "#999933"}
OUTCOME_COLOURS = {"correct": "#0072B2", "incorrect": "#D55E00", "none": GREY}
KIND_COLOURS = {"network": "#0072B2", "sampled network": "#56B4E9", "recording": "#D55E00"}
CONTROL = "#BBBBBB"
CYCLIC = "twilight"  # for angles
STYLE = "rscnav.figures.style"  # style.mplstyle in this folder; for own figures: plt.style.use("rscnav.figures.style")


@dataclass(frozen=True)
class Canvas:
    """Page: width in mm, and resolution of PNG files in dots per inch."""

    width_mm: float = 180.0
    dpi: int = 300

    @contextmanager
    def style(self) -> Iterator[None]:
        """Apply fonts, lines and colours within a ``with`` block."""
        with context(STYLE):
            yield

    def figure(self, n_rows: int, n_columns: int, row_mm: float, **gridspec: Any) -> tuple[Figure, list[list[Axes]]]:
        """Return a figure of the width of the page and its grid of axes; `row_mm` is the height of a row in mm."""
        figure = Figure(figsize=(self.width_mm * MM, n_rows * row_mm * MM), layout="constrained")
        axes = figure.subplots(n_rows, n_columns, squeeze=False, **gridspec)
        return figure, axes.tolist()

    def empty(self) -> Figure:
        """Return a figure of the width of the page without panels."""
        figure = Figure(figsize=(self.width_mm * MM, 1.0 * MM), layout="constrained")
        figure.set_layout_engine("none")  # constrained layout fails without axes
        return figure

    def save(self, figure: Figure, stem: str | os.PathLike[str]) -> list[Path]:
        """Save as PDF and PNG with their digests: both files or none, without dates.

        Returns
        -------
        list of pathlib.Path
            `stem` with ``.pdf`` and ``.png``.
        """
        files = {}
        with self.style():
            for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
                path = Path(f"{os.fspath(stem)}{suffix}")
                drawn = io.BytesIO()  # a full disk while drawing would give a misleading error about compression
                figure.savefig(drawn, format=suffix[1:], dpi=self.dpi, metadata=metadata)
                files[path] = drawn.getvalue()
        write_all_sealed(files)
        return list(files)
