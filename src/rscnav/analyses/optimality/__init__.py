"""How close a network comes to the best observer of its task.

- ``behaviour``            analysis `behaviour`
- ``observer_statistics``  sums over trials that tell observers apart
- ``optimality``           analysis `optimality`: how far the network's belief is from the best that any observer could hold
"""
