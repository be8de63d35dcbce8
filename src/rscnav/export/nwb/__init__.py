"""A session as an NWB file, and back.

- ``chunks``  activity and spikes that are written into an NWB file piece by piece
- ``layout``  which field of a session lies where in an exported NWB file, and the record in JSON of what NWB has no place for
- ``reader``  exported NWB file -> the session that it was made of
- ``writer``  session -> NWB file
"""
