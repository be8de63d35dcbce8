"""All rows in one file, the table of needs and the figure."""

from collections.abc import Iterable
from pathlib import Path

from rscnav.figures.style import Canvas
from rscnav.files.sealed.tails import write_sealed
from rscnav.ground_truth.estimate_rows import read_rows, write_rows
from rscnav.ground_truth.figure import draw
from rscnav.ground_truth.sample_size_table import markdown
from rscnav.ground_truth.true_values import read_truths

DPI = 220


def write_summary(inputs: Iterable[Path], truth: Path, folder: Path) -> None:
    """Write ``estimates.csv``, ``needs.md`` and the figure into a folder.

    Parameters
    ----------
    inputs : iterable of pathlib.Path
        CSV files of measured rows.
    truth : pathlib.Path
        CSV file of the truths.
    folder : pathlib.Path
    """
    rows = [row for path in inputs for row in read_rows(path)]
    truths = read_truths(truth)
    write_rows(rows, folder / "estimates.csv")
    write_sealed(folder / "needs.md", markdown(rows, truths).encode())
    canvas = Canvas(dpi=DPI)
    with canvas.style():
        canvas.save(draw(rows, truths, canvas), folder / "ground_truth")
