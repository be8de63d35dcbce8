"""Networks seen as a recording would see them: spikes of a few units, in as many trials as an animal gave.

- ``copied_fields``       what a sampled session takes over from the network's: trials, encounters, units, behaviour, and what was matched
- ``firing_rates``        hidden states as rates of neurons
- ``occupancy_matching``  trials of a network whose phases and places take up as much time as in a recording
- ``sample``              A network's session, and a recording that it is to be like -> the session that recording the network would have given
- ``settings``            networks seen as a recording would see them: which network, like which recording
- ``trial_matching``      which trial of the network takes the place of which trial of the recording, from when on and for how long
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"sample": ["sample_network"]})
