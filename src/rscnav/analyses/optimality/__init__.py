"""Network compared with ideal observers: optimality gap, and the closest observer.

- ``observer_comparison``  analysis `observer_comparison`: which observer a network behaves like
- ``observer_statistics``  statistics over trials for the comparison of observers
- ``optimality_gap``       analysis `optimality_gap`: loss of the network minus loss of the reference observer
"""
