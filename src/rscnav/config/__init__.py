"""Every number a run depends on, read from ``config.yaml``, checked, and given out by stage.

- ``schema``     the whole of ``config.yaml``; ``base`` and ``limits``: the closed model that all settings derive from, bounds of every value
- ``yaml_file``  one strict, bounded reader of YAML files
- ``load``       read files, merge presets, expand ``sweeps`` and ``patterns``, check; ``front`` does so for the workflow
- ``problems``   messages: key, file and line, what is valid
- ``recordings`` how a recorded file's names and columns are mapped
- ``stages``     which settings a job may see: the workflow's rerun triggers and the commands' settings are this one thing
- ``groups``     which networks train together
- ``estimate``   memory and disk of a run
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "base": ["ConfigError"],
        "load": ["load_config", "parse_config"],
        "schema": ["Config"],
        "stages": ["session_names", "settings_for"],
    },
)
