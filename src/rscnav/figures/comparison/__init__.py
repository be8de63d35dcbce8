"""Figure of a comparison and its panels.

- ``comparison``  figure of a comparison: results of two to six sessions, one colour each, and the similarity of session pairs
- ``numbers``     panels with values of the analyses
- ``pairs``       panels of session pairs: distances between conditions, similarity of geometry, distance of dynamics
"""
