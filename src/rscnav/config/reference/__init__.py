"""Reference of the configuration, from its models: file of defaults, JSON schema for editors, page of the docs, values of one key.

``make config-reference`` writes ``workflow/config.default.yaml``, ``workflow/config.schema.json`` and ``docs/config.md``.

- ``commented_yaml``      values -> YAML with the description of each key as a comment
- ``default_file``        all keys with their defaults, and one entry of each list
- ``documented_model``    model of the whole configuration in which tasks have their own settings
- ``json_schema``         JSON schema: descriptions, types, bounds, sweeps
- ``reference_page``      tables of all keys in Markdown
- ``resolved_values``     values of one key of a configuration, defaults included
"""
