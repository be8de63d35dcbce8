"""Learning rules: how a network's loss on a batch becomes a gradient for its weights. Each stands in a file of its own.

- ``base``       the contract
- ``bptt``       backpropagation through time, whole or truncated
- ``online``     what rules that learn without going back in time share
- ``rtrl``       exact real-time recurrent learning: the influence of each weight on each unit
- ``traces``     one trace a weight: its influence on its own unit
- ``snap``       SnAp-n, the sparse n-step approximation of RTRL
- ``eprop``      e-prop, with random feedback RFLO
- ``crbp``       causal recursive backpropagation, for locally recurrent networks
- ``settings``   what the configuration says of a rule
- ``table``      name in the configuration -> class
"""
