"""Parts of panels that several figures use.

- ``event_aligned``  event-aligned panels: curves with bands, marks of significance, notes, legends
- ``phases``         panels by phase: list of phases, reasons for empty panels, means over sessions
- ``projection``     oblique projection of three principal components, with arrows for axes and scale
"""
