"""Layers of units, recurrent and not, behind one interface.

- ``base``           what every layer of units offers, what recurrent cells share, and derivatives of one step of a cell
- ``gated``          cells with gates: GRU and LSTM, with the formulas and the weights' layout of ``torch.nn``
- ``gru_numba``      the GRU's fast path on a CPU: products by the library, all else of a step in one compiled pass over memory
- ``non_recurrent``  layers without recurrence, to tell what memory buys: a memoryless one, and a convolution with a finite window
- ``registry``       the one table of cells: name in the configuration -> module and class, imported when wanted
- ``vanilla``        cells without gates: tanh, rectified, leaky
"""
