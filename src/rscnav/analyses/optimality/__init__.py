"""How close a network comes to the best observer of its task.

- ``observer_comparison``  analysis `behaviour`
- ``observer_statistics``  sums over trials that tell observers apart
- ``optimality_gap``       analysis `optimality`: how far the network's belief is from the best that any observer could hold
"""
