"""Layers of units, recurrent and not, behind one interface.

- ``base``      what every layer offers; the step and the loop that recurrent cells share
- ``simple``    tanh, rectified, leaky (continuous time), diagonal
- ``gated``     GRU and LSTM
- ``controls``  no recurrence: memoryless, and a causal convolution
- ``derivatives``  of a step, unit by unit
- ``table``     name in the configuration -> class
"""
