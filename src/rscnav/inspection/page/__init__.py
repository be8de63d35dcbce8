"""One page of figures of a recording.

- ``page``        one page of figures to look at before believing anything that is made of a recording
- ``spikes``      panels of the page: rates of units and their refractory period
- ``statistics``  the numbers that the page of figures shows: occupancy, speeds, rates, encounters, what covers the time
- ``time``        panels of the page: what covers the recording, drift, clocks, where trials start
- ``tracking``    panels of the page: the track and what was met on it, speeds, frames
"""
