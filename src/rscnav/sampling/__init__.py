"""Simulated recordings from networks: Poisson spikes of a subset of the units, in trials matched to a recording.

- ``copied_fields``       fields copied from the network's session: trials, encounters, units, behaviour; and attributes of the matching
- ``firing_rates``        firing rates from hidden states
- ``occupancy_matching``  occupancy matching: trials of a network with the occupancy of phases and positions of a recording
- ``sample``              simulated recording of a network, matched to a recording
- ``settings``            settings of sampled networks: network, and recording to match
- ``trial_matching``      trial matching: trials of the network in place of the trials of a recording, with their start and length
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"sample": ["sample_network"]})
