"""A session as an NWB file, and back.

- ``chunks``          activity and spikes that are written into an NWB file piece by piece
- ``layout``          which field of a session lies where in an exported NWB file; writer and reader run from this table
- ``reader``          exported NWB file -> the session that it was made of
- ``scratch_record``  what NWB has no place for, as JSON: names, settings, types and widths of columns, numbers and texts of a session
- ``writer``          session -> NWB file
"""
