"""Learning rules: the gradient of a network's weights from its loss on a batch. One file for each rule.

- ``base``                base class of all learning rules
- ``bptt``                backpropagation through time (BPTT), over whole trials or truncated to windows
- ``crbp``                causal recursive backpropagation (CRBP): exact gradient, forward in time, of units with self-connections only
- ``eligibility_traces``  eligibility traces: one trace per weight, the influence of the weight on its own unit
- ``eprop``               eligibility propagation (e-prop): eligibility traces times errors of the readouts
- ``online``              base class of the online rules, and the local derivatives of each unit
- ``registry``            registry of learning rules: name in the configuration -> module and class
- ``rtrl``                real-time recurrent learning (RTRL): exact gradient, forward in time
- ``settings``            settings of the learning rule
- ``snap``                sparse n-step approximation of RTRL (SnAp-n)
"""
