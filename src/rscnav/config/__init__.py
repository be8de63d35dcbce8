"""Configuration: ``config.yaml`` is read, checked, and divided into the settings of each job.

- ``file_patterns``      file patterns in `recordings` -> one recording per file
- ``job_settings``       the settings that each job depends on
- ``key_positions``      file and line of each value of a configuration
- ``load``               read ``config.yaml`` and presets, merge and check them
- ``observer_grids``     check of grids and particles of the ideal observers against the tasks
- ``reference``          file of defaults, JSON schema and reference page, from the models of the settings
- ``resource_estimate``  estimate of memory and disk space of a run
- ``results_folder``     check of the results folder
- ``schema``             model of the whole ``config.yaml``
- ``sweeps``             sweeps: lists in place of single values of a network -> one network per combination
- ``training_groups``    groups of networks that can train together as an ensemble
- ``yaml_build``         events of a YAML parser -> plain values, with bounds on size and depth
- ``yaml_file``          YAML files -> plain values with their lines; messages name file, line and key
- ``yaml_text``          bytes of a configuration file -> text; plain values -> YAML text
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
