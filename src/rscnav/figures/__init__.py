"""Figures, one module each; every figure is drawn for all sessions together and for each session.

- ``captions``             captions for the report of Snakemake: the first paragraph of the docstring of each figure module
- ``comparison``           figure of a comparison and its panels
- ``decoding``             figure `decoding`: landmark identity and trial outcome, decoded from the activity
- ``dimension``            figure `dimension`: correlation sums, their local slopes, and the correlation dimension of each phase
- ``dimension_checks``     figure `dimension_checks`: correlation dimension by count of units and compared with surrogates
- ``dynamics``             figure `dynamics`: fixed and slow points, perturbation response, autonomous runs and driven divergence
- ``eigenspectra``         figure `eigenspectra`: PCA eigenvalues of each phase, and bands of the null distributions
- ``encounters``           figure `encounters`: counts of landmark encounters, activity around them, distance between a- and b-states
- ``entropy``              figure `entropy` and its panels
- ``layout``               layout: one row of panels per session or kind of session, empty panels with a reason
- ``learning``             figure `learning`: loss and optimality gap during training, and of the trained network
- ``missing_results``      missing results in a figure
- ``non_encounters``       figure `non_encounters`: state and belief around non-encounters and other matched passages
- ``observer_comparison``  figure `observer_comparison`: networks compared with ideal and reduced observers
- ``pairwise``             figure `pairwise`: pairwise correlations of units in LM1 and LM2, structure preserved
- ``panels``               parts of panels that several figures use
- ``position_decoding``    figure `position_decoding`: position decoded from the activity
- ``registry``             registry of figures, and the interface of their modules
- ``settings``             settings of all figures
- ``state_space``          figure `state_space`: states along principal components, and explained variance
- ``style``                sizes, fonts and colours of figures
- ``task``                 figure `task`: environment, one example trial, and beliefs of network and exact Bayes filter
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"registry": ["FIGURES", "draw_figure"]})
