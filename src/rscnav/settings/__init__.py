"""What all settings share: strict models, bounds of values, messages of errors.

- ``error_messages``    what pydantic finds wrong with a configuration, in sentences: key, place, value, what is valid, how to mend it
- ``field_types``       types of values that several settings have: names, text, plain values, numbers of columns
- ``operational_keys``  keys of the configuration that change how a run proceeds, and no result: they are in no job's settings
- ``printable``         values and names as they may stand in a message: never more than about a line
- ``reserved_names``    names of sessions, comparisons and simulations: each its own, none that meets a fixed name of the results
- ``strict_settings``   the closed model that all settings derive from, and the check that turns plain values into one
- ``value_limits``      what every value of the configuration has to keep to, unless its field says more
- ``yaml_scalars``      unquoted words of a YAML file -> numbers, true and false, null, text
"""
