"""Trajectories along the principal components.

- ``state_space``  analysis `state_space`: principal components of the training trials, and trajectories of the test trials along them
"""
