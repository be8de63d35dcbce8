"""Figures: one module each, by topic; each is drawn for all sessions together and for one session alone.

- ``table``   the figures by name, and the contract
- ``style``   sizes, fonts, colours; saving without dates, so that the same data give the same bytes
- ``parts``   what figures that show one thing a phase share
- ``layout``  rows of panels: a session each, or a kind of session where there are too many
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"table": ["FIGURES", "draw_figure"]})
