"""Summary: all estimates in one file, table of sample sizes, figure."""

from collections.abc import Iterable
from pathlib import Path

from rscnav.figures.style import Canvas
from rscnav.files.sealed.rows import read_rows, write_rows
from rscnav.files.sealed.tails import write_sealed
from rscnav.ground_truth.estimates import EstimateRow
from rscnav.ground_truth.figure import draw
from rscnav.ground_truth.sample_size_table import markdown
from rscnav.ground_truth.true_values import Truth

DPI = 220


def write_summary(inputs: Iterable[Path], truth: Path, folder: Path) -> None:
    """Write ``estimates.csv``, ``needs.md`` and the figure into a folder, from CSV files of measured rows and of the truths."""
    rows = [row for path in inputs for row in read_rows(path, EstimateRow)]
    truths = read_rows(truth, Truth)
    write_rows(rows, folder / "estimates.csv")
    write_sealed(folder / "needs.md", markdown(rows, truths).encode())
    canvas = Canvas(dpi=DPI)
    with canvas.style():
        canvas.save(draw(rows, truths, canvas), folder / "ground_truth")
