"""File of defaults: all keys with their defaults and descriptions, and one entry of each list."""

from typing import Any

from pydantic import BaseModel

from rscnav.config.reference.commented_yaml import comment_lines, commented_yaml, entries
from rscnav.config.reference.documented_model import documented_model, is_section, models_in

HEADER = (
    "Every key of the configuration with its default, made from the settings' models by `make config-reference`. No run reads this file. "
    "Copy what you want to change into config.yaml, with the keys above it. Lists are empty by default; an entry with all of its keys "
    "stands below each as a comment."
)
# Entries of the lists: what differs from the defaults. They are those of config.yaml.
EXAMPLES: dict[str, dict[str, Any]] = {
    "networks": {"name": "gru", "seeds": [1, 2]},
    "simulations": {"name": "example", "task": {"motion": {"noise_rad": 0.12}}},
    "recordings": {
        "name": "example",
        "file": "{results_dir}/recordings/example.nwb",
        "unit_filters": [{"column": "quality", "values": ["good"]}],
        "position": {"series": "angle", "unit": "rad"},
        "trials": {"outcome": "outcome", "rotation": "rotation"},
        "landmarks": {"places": {"a": "landmark_a", "b": "landmark_b"}, "visibility_radius": 0.25},
    },
    "sampled_networks": {},
    "comparisons": {"name": "side-by-side"},
}


def default_file() -> str:
    """Return ``workflow/config.default.yaml``."""
    model = documented_model()
    values = model().model_dump()
    lines = comment_lines(HEADER)
    for name, field in model.model_fields.items():
        lines += [""] if is_section(field.annotation) or name in EXAMPLES else []
        lines += commented_yaml(model, {name: values[name]})
        if name in EXAMPLES:
            item = next(models_in(field.annotation))
            lines += [f"# {name}:", *(f"# {line}" for line in entries(item, [example(item, EXAMPLES[name])], 2))]
    return "\n".join(lines) + "\n"


def example(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a list with all keys; its sections of overrides (such as `training` of a network) hold only what is given."""
    values = model(**given).model_dump()
    overrides = {
        name: given.get(name, {}) for name, field in model.model_fields.items() if is_section(field.annotation)
    }
    return values | overrides
