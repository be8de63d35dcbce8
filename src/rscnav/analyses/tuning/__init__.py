"""Tuning curves, their entropy, and the dispersion of firing rates.

- ``behaviour_nulls``   null distributions of tuning: trial shuffle and resampled behaviour
- ``dispersion_nulls``  null distributions of rate dispersion: trial shuffle and phase shuffle
- ``entropy``           entropies of tuning curves and of rates, in bits: plug-in and bias-corrected
- ``entropy_report``    results that tuning entropy and spatial entropy share
- ``place_passes``      passes through spatial bins, and equal counts of them in LM1 and LM2
- ``rate_dispersion``   analysis `rate_dispersion`: entropy of a unit's rates at one position, LM1 compared with LM2
- ``rate_entropy``      entropy of a unit's rates at one position, averaged over positions
- ``spatial_entropy``   analysis `spatial_entropy`: entropy of spatial tuning curves, on the ring or in the plane
- ``tuning_curves``     tuning curves: mean rates in bins of an angle or of position, for one or many labellings of the samples
- ``tuning_entropy``    analysis `tuning_entropy`: entropy of tuning to heading, or to displacement since the last landmark
"""
