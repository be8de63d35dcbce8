"""Learning rules: how a network's loss on a batch becomes a gradient for its weights. Each stands in a file of its own.

- ``base``                what every learning rule offers
- ``bptt``                backpropagation through time
- ``crbp``                causal recursive backpropagation: exact learning forward in time where each unit hears its own past only
- ``eligibility_traces``  one trace a weight: what a weight has done to the state of its own unit, and nothing of what that did to others
- ``eprop``               E-prop: traces that follow a unit's own memory, times an error that comes back from the readouts
- ``online``              what the rules share that learn forward in time: what each unit saw in a batch, and what the loss says to it
- ``registry``            the one table of learning rules: name in the configuration -> module and class, imported when wanted
- ``rtrl``                real-time recurrent learning: the exact gradient forward in time, from the influence of each weight on each unit
- ``settings``            how a network learns: the rule and what it can be told
- ``snap``                snAp-n: real-time recurrent learning that keeps influence only where it arrives within n steps
"""
