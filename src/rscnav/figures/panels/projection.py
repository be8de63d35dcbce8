"""Oblique projection of three principal components onto the page, with arrows for axes and scale."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from rscnav.figures.layout import FROM_AXES

AZIMUTH, ELEVATION = np.radians(30), np.radians(25)
VIEW = np.array(  # (component, 2): direction of each component on the page, orthographic
    [
        [np.cos(AZIMUTH), -np.sin(AZIMUTH) * np.sin(ELEVATION)],
        [np.sin(AZIMUTH), np.cos(AZIMUTH) * np.sin(ELEVATION)],
        [0.0, np.cos(ELEVATION)],
    ]
)


def fit_view(ax: Axes, seen: NDArray[np.floating]) -> None:
    """Set equal-scale limits around projected points, (point, 2), with room for the arrows at the lower left."""
    low, high = seen.min(axis=0), seen.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    centre, half = (low + high) / 2, 0.55 * span
    ax.set(xlim=(centre[0] - 1.7 * half, centre[0] + half), ylim=(centre[1] - 1.25 * half, centre[1] + half))
    ax.set_aspect("equal")
    ax.axis("off")


def axis_arrows(ax: Axes, unit: str) -> None:
    """Draw the three axes as arrows of a round length in the lower left corner."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    length = float(f"{0.2 * (top - bottom):.0e}")  # one digit
    x, y = left + 0.06 * (right - left), bottom + 0.06 * (top - bottom)
    arrow = {"arrowstyle": "->", "linewidth": 0.6, "shrinkA": 0, "shrinkB": 0}
    for k, (right_of, above) in enumerate(length * VIEW):
        ax.annotate("", (x + right_of, y + above), (x, y), arrowprops=arrow)
        text = ax.annotate(f"PC {k + 1}", (x + 1.1 * right_of, y + 1.1 * above), fontsize=5.5, annotation_clip=False)
        text.set(ha=("left", "left", "center")[k], va=("top", "center", "bottom")[k])
    label = f"arrow length: {length:g}{' ' + unit if unit else ''}"
    ax.annotate(label, (0, 0), (0, -6), **FROM_AXES, ha="left", va="top", fontsize=5.5)
