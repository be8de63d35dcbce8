"""What to know of a recording before believing anything that is made of it.

- ``feeds``     which analyses a session has enough for
"""
