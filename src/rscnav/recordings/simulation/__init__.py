"""Simulated recording with known ground truth (needs torch).

- ``nwb_file``  write a simulated session as an NWB file: units, tracked angle in the room, trial table
- ``settings``  settings of a simulated recording
- ``simulate``  simulate a mouse on the ring: behaviour, belief of the exact Bayes filter, Poisson spikes
"""
