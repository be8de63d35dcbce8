"""What a trained network does by itself: a stage of its own, since it runs networks and analyses do not.

- ``autonomous_runs``    runs without input from states of the test trials: speed, belief and place over time, beside the exact filter's
- ``distance_ratio``     how far two categories are apart
- ``driven_divergence``  states before the second landmark of a- and of b-trials, driven on by one input, and whether they stay apart
- ``filter_dynamics``    the exact Bayes filter without input: what a network that knows all there is to know would do by itself
- ``fixed_points``       fixed points and slow points of a network without input
- ``jacobian_spectra``   eigenvalues of the linear map around a state, and what they say
- ``landscape``          where the flow without input stands still, or nearly
- ``perturbations``      perturbed states, off the manifold of the session's states and along it
- ``run``                all parts of the stage on one network and its session
- ``settings``           numbers of the stage `dynamics`
- ``system``             A trained network as a map from state to state
- ``trajectories``       the states that a network went through in its session: whole states, and what else the parts of this stage share
- ``trial_statistics``   estimates with intervals in results, and the fit of an exponential decay
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"run": ["dynamics"], "system": ["System"], "settings": ["Settings"]}
)
