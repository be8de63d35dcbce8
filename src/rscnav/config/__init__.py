"""Every number a run depends on, read from ``config.yaml``, checked, and given out by stage.

- ``file_patterns``      one entry of `recordings` whose file is a pattern -> one recording a file
- ``job_settings``       which settings a job may see
- ``key_positions``      where each value of a configuration was written: file and line
- ``load``               read ``config.yaml``, lay presets over it, check the whole
- ``observer_grids``     grids and particles of the ideal observers, held against the tasks they are used for
- ``resource_estimate``  how much memory and disk a run takes, from its configuration alone
- ``results_folder``     where results may go
- ``schema``             the whole of ``config.yaml``
- ``sweeps``             sweeps: a network that gives a list where a single value is expected stands for one network per combination
- ``training_groups``    which networks can train together: those of one shape, as an ensemble
- ``yaml_build``         A YAML parser's events -> plain values, bounded while they are built
- ``yaml_file``          YAML files -> plain values, with the line of each, and messages that name file, line and key
- ``yaml_text``          bytes of a configuration file -> text, and plain values -> YAML text that is read as the same values
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "load": ["load_config", "parse_config"],
        "schema": ["Config"],
        "job_settings": ["session_names", "settings_for"],
    },
)
