"""The figure of a comparison, and its panels.

- ``comparison``  figure of a comparison: two to six sessions side by side, one colour each, with how alike they are in pairs
- ``numbers``     panels of a comparison that show numbers of the analyses
- ``pairs``       panels of a comparison that show pairs of sessions: distances between conditions, how alike they are, dynamics
"""
