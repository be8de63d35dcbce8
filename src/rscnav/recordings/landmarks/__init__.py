"""Landmarks of a recording: where they are, when they are visible, when they were met.

- ``positions``   where the landmarks of a recording are, and when the animal met them
- ``visibility``  when the animal sees a landmark: near it, near and in front of it, or as a series or a table of the file says
"""
