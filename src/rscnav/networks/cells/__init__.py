"""Layers of units, recurrent and non-recurrent, with one interface.

- ``base``           base classes of layers and of recurrent cells; derivatives of one step of a cell
- ``gated``          gated cells: GRU and LSTM, with the formulas and the weight layout of ``torch.nn``
- ``gru_numba``      GRU compiled with numba, for CPUs
- ``non_recurrent``  layers without recurrence, as controls for memory: feedforward, and convolution with a finite window
- ``registry``       registry of cells: name in the configuration -> module and class
- ``vanilla``        cells without gates: tanh, rectified, leaky, diagonal
"""
