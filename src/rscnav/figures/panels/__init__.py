"""What panels of several figures share.

- ``event_aligned``  what figures of time around an event share: curves with bands, marks of what is significant, notes, legends
- ``phases``         what figures that show one thing a phase share: which phases there are, empty panels, means over a row's members
- ``projection``     A view of three directions on the page, with arrows that show them and their scale
"""
