"""Landmarks of a recording: positions, visibility and encounters.

- ``positions``   landmark positions and encounters of a recording
- ``visibility``  visibility of landmarks: within a radius, within a radius and a view angle, or from a series or table of the file
"""
