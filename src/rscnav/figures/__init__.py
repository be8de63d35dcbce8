"""Figures: one module each, by topic; each is drawn for all sessions together and for one session alone.

- ``captions``             captions of figures for Snakemake's report, from the first paragraph of each figure's module
- ``comparison``           the figure of a comparison, and its panels
- ``decoding``             figure `decoding`: which landmark it is and how the trial ends
- ``dimension``            figure `dimension`: correlation sums, their local slopes, and the dimension of each phase beside its control
- ``dimension_checks``     figure `dimension_checks`: the dimension by number of units, against surrogates; distance by time between states
- ``dynamics``             figure `dynamics`: what a trained network does by itself, and a- and b-trials under one input
- ``eigenspectra``         figure `eigenspectra`: eigenvalues of each phase, the controls' bands, and how many components lie above them
- ``encounters``           figure `encounters`: counts, activity around encounters by landmark and by outcome, the distance between a and b
- ``entropy``              the figure `entropy`, and its panels
- ``layout``               rows of panels: a session each, or a kind of session where there are too many; empty panels that say why
- ``learning``             figure `learning`: how training approached the exact Bayes filter, and how close the trained network is
- ``missing_results``      named gaps in a figure
- ``non_encounters``       figure `missed`: state and belief around a landmark that was missed, and around passages like it
- ``observer_comparison``  figure `behaviour`: the network beside ideal and lesser observers
- ``pairwise``             figure `pairwise`: correlations between units in LM1 and LM2, their distribution, and how much of them is kept
- ``panels``               what panels of several figures share
- ``position_decoding``    figure `position_decoding`
- ``registry``             the figures by name, and the contract
- ``settings``             settings of all figures
- ``state_space``          figure `state_space`
- ``style``                sizes, fonts, colours; saving without dates, so that the same data give the same bytes
- ``task``                 figure `task`: the world, one example trial, and what network and exact filter believed in it
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"registry": ["FIGURES", "draw_figure"]})
