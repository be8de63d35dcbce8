"""Every number a run depends on, read from ``config.yaml``, checked, and given out by stage.

- ``base``       the closed model that all settings derive from; readable messages for what is wrong
- ``sweeps``     lists where a single value is expected: one network per combination
- ``recordings`` how a recorded file's names and columns are mapped
- ``schema``     the whole of ``config.yaml``
- ``load``       read files, merge presets, check
- ``stages``     which settings a job may see: the workflow's rerun triggers and the commands' settings are this one thing
- ``groups``     which networks train together
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
