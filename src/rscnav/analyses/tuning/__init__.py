"""Tuning curves, their entropy, and the dispersion of firing rates.

- ``behaviour_nulls``   nulls of tuning curves: which bin each sample falls in comes from another trial's behaviour
- ``dispersion_nulls``  controls of `dispersion`
- ``entropy``           entropies of tuning curves and of rates, in bits: plug-in, and corrected for the bias that few samples make
- ``entropy_report``    what `tuning` and `spatial` have in common
- ``place_passes``      passes through locations, and the same number of them in two phases: what makes LM1 and LM2 comparable
- ``rate_dispersion``   analysis `dispersion`: how widely a unit's rates spread at one place, with one landmark met and with two
- ``rate_entropy``      dispersion of rates: the entropy of a unit's rates at one place, averaged over places
- ``spatial_entropy``   analysis `spatial`: how sharply each unit is tuned to the place, on the ring or in the plane
- ``tuning_curves``     tuning curves: mean rates in bins of an angle or of place, for one labelling of the samples or for many at once
- ``tuning_entropy``    analysis `tuning`: how sharply each unit is tuned to heading, or to the displacement since the last landmark
"""
