"""The style of figures is a file that users load by name."""

import matplotlib as mpl
import matplotlib.style

from rscnav.figures.style import STYLE, Canvas


def test_figures_are_drawn_in_the_style_that_users_load():
    assert mpl.rcParams["font.size"] != 7  # outside of figures nothing is changed
    with Canvas().style():
        drawn = dict(mpl.rcParams)
    assert drawn["font.size"] == 7
    assert drawn["font.family"] == ["DejaVu Sans"]
    assert drawn["pdf.fonttype"] == 42  # text stays text
    assert not drawn["axes.spines.top"]
    with matplotlib.style.context(STYLE):
        assert dict(mpl.rcParams) == drawn
    assert mpl.rcParams["font.size"] != 7
