"""What is computed on a session. None of this imports torch.

The contract of an analysis stands in ``table``: one module, one line. Estimators take plain arrays and know no session;
the module of an analysis picks the samples, calls the estimators, and adds the control and the interval.

- ``table``        the analyses by name, and how one is run
- ``result``       what an analysis gives, and its file
- ``prepare``      what all analyses share: which trials, low-pass filter, phases
- ``filtering``    low-pass filter
- ``nulls``        permutation of whole trials, rolling of units
- ``optimality``   the gap between a network's loss and the exact Bayes filter's
- ``statistics``   p from permutations, interval over trials, tests over sessions, many units at once
- ``entropy``      entropies; ``angles``, ``tuning``: what tuning is measured over, and the analysis
- ``passes``       the same number of passes in both phases; ``rate_spread``, ``places``, ``dispersion``: the analysis
- ``encounter_categories``, ``meetings``  categories of encounters, activity around them
- ``readout``, ``deciding``  held-out linear decoding; identity and outcome around the second landmark
- ``spectrum``, ``spectrum_controls``, ``components``  eigenvalues, their controls, and the analysis `eigenspectrum`
- ``correlation``, ``slopes``, ``dimension``, ``attractor``  the curve, the fit, the two together, and the analysis `dimension`
- ``state_space``  principal directions from training trials, test trials along them
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "entropy": ["tuning_entropy"],
        "filtering": ["lowpass"],
        "encounter_categories": ["categorise_encounters"],
        "spectrum": ["eigenspectrum", "participation_ratio"],
        "correlation": ["correlation_sum"],
        "dimension": ["correlation_dimension"],
        "table": ["ANALYSES", "analyse"],
        "result": ["Result", "read_result", "write_result"],
    },
)
