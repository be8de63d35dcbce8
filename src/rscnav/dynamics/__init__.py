"""What a trained network does by itself: a stage of its own, since it runs networks and analyses do not.

- ``settings``   its numbers
- ``system``     the network as a map from state to state: step, run, Jacobian; ``visited``: the states of its session
- ``points``     fixed and slow points by lowering the speed; ``spectra``: eigenvalues and what they say
- ``observer``   the exact filter without input, to compare with; ``over_trials``: means, intervals, fits
- ``landscape``  points, their spectra, slow states along the ring
- ``recovery``   perturbed states: what is left over time; ``alone``: runs without input
- ``apart``      a- and b-states before the second landmark, driven on by one input; ``ratio``: how far apart they are
- ``stage``      all of it
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"stage": ["dynamics"], "system": ["System"], "settings": ["Settings"]}
)
