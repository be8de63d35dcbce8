"""Strict models, bounds of values and error messages, shared by all settings.

- ``error_messages``    validation errors of pydantic -> messages with key, file and line, value, valid values, cure
- ``field_types``       types of fields that several settings use: names, texts, plain values, indices of columns
- ``operational_keys``  keys of the configuration that change no result; they are part of no job's settings
- ``printable``         values and names -> short text for messages
- ``reserved_names``    checks of the names of sessions, comparisons and simulations
- ``strict_settings``   base class of all settings, and validation of plain values
- ``value_limits``      default bounds of all values, for fields without bounds of their own
- ``yaml_scalars``      unquoted words of a YAML file -> numbers, true and false, null, text
"""
