"""Dynamics of trained networks: fixed points, autonomous runs, perturbations, driven divergence. A separate stage, because it runs networks.

- ``autonomous_runs``    autonomous runs from states of the test trials: speed, belief and reported position, compared with the exact filter
- ``distance_ratio``     ratio of distances between and within two categories of trials
- ``driven_divergence``  driven divergence: states before the second landmark, of a- and of b-trials, under the same input
- ``filter_dynamics``    exact Bayes filter without input, as the reference for autonomous runs
- ``fixed_points``       fixed points and slow points of a network without input
- ``jacobian_spectra``   eigenvalues of the Jacobian at a state: stability, time constants, frequencies
- ``landscape``          fixed points and slow points of the flow without input, and slow states along the ring
- ``perturbations``      perturbation response: perturbed states off the manifold of states, and along it
- ``run``                the stage `dynamics`: all its parts for one network and its session
- ``settings``           settings of the stage `dynamics`
- ``system``             a trained network as a discrete-time dynamical system
- ``trajectories``       states of a network in its session, and other quantities that all parts of the stage use
- ``trial_statistics``   estimates with confidence intervals in results, and the fit of an exponential decay
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"run": ["dynamics"], "system": ["System"], "settings": ["Settings"]}
)
