"""A simulated mouse whose truth is known, as a recording (needs torch).

- ``nwb_file``  A simulated session as an NWB file like a laboratory's: units, tracked angle in the room, a table of trials
- ``settings``  settings of a simulated recording
- ``simulate``  A simulated mouse in the ring: who it is, what its neurons say, and the truth to compare with
"""
