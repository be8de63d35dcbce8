"""Networks seen as a recording would see them: spikes of a few units, in as many trials as an animal gave.

- ``sample``     network's session (and a recording's) -> session
- ``plan``       which trial of the network takes the place of which of the recording; ``occupancy``  by phases and places
- ``rates``      hidden states -> rates of neurons; mean rates drawn from a recording's
- ``taken``      what is taken over from the network's session
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={"sample": ["sample_network"]})
