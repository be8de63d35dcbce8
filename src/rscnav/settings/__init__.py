"""Strict models, bounds of values, and texts: error messages and short descriptions.

- ``error_messages``    validation errors of pydantic -> messages with key, file and line, value, valid values, cure
- ``field_types``       types of fields that several settings use: names, texts, plain values, indices of columns
- ``object_repr``       sessions, results and batches -> short descriptions for notebooks
- ``operational_keys``  keys of the configuration that change no result; they are part of no job's settings
- ``printable``         values and names -> short text for messages
- ``reserved_names``    checks of the names of sessions, comparisons and simulations
- ``strict_settings``   base class of all settings, and validation of plain values
- ``value_limits``      default bounds of all values, for fields without bounds of their own
- ``yaml_scalars``      unquoted words of a YAML file -> numbers, true and false, null, text
"""
