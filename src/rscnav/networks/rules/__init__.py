"""Learning rules: how a network's loss on a batch becomes a gradient for its weights. Each stands in a file of its own.

- ``base``       the contract
- ``bptt``       backpropagation through time, whole or truncated
- ``online``     what rules that learn without going back in time share
- ``rtrl``       exact real-time recurrent learning, and its sparse n-step approximation SnAp-n
- ``local``      rules that keep one trace a weight: SnAp-1, e-prop (RFLO), causal recursive backpropagation
- ``table``      name in the configuration -> class
"""
