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
- ``entropy``      entropies; ``tuning``, ``spatial``: the analyses; ``angles``, ``places``: over what; ``curves``, ``curve_nulls``
- ``dispersion``   with ``passes`` (matched ones), ``rate_spread``, ``dispersion_controls``
- ``components``   the analysis `eigenspectrum`, with ``spectrum``, ``spectrum_controls``, ``participation``
- ``attractor``    the analysis `dimension`, with ``correlation`` (sum; ``pairs``, ``pair_*``), ``slopes``, ``ranges``, ``noise_floor``,
  ``counting_noise``, ``surrogates``, ``dimension_by_units``, ``space_time``
- ``pairwise``     with ``correlations`` (from blocks of trials), ``adjacent`` (neighbouring trials)
- ``where_decoded`` the analysis `position_decoding`, with ``held_out_ridge``, ``place_code``, ``place_errors``
- ``meetings``, ``divergence``, ``deciding``, ``missed``  what encounters do; ``encounter_categories``, ``passages``, ``wrong_places``
- ``state_space``  principal directions from training trials, test trials along them
- ``across``       numbers over sessions
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
