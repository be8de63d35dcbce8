"""Session -> NWB file -> session.

- ``chunks``  chunk iterators that write activity and spikes into an NWB file piece by piece
- ``layout``  location of each field in an exported NWB file, and the JSON record of fields without a place in NWB
- ``reader``  exported NWB file -> session
- ``writer``  session -> NWB file
"""
