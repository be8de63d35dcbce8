"""Trajectories along the principal components.

- ``state_space``  analysis `state_space`: principal directions from the training trials, and the test trials seen along them
"""
