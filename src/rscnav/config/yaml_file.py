"""YAML files -> plain values with their lines; messages name file, line and key.

A strict subset of YAML 1.1: one document; a mapping at the top; keys are texts or whole numbers and occur once; no tags; at most
`MOST_LEVELS` levels of nesting and `MOST_VALUES` values, values of aliases included (`rscnav.config.yaml_build`). Words are read by
`rscnav.settings.yaml_scalars`.
"""

import os
from pathlib import Path
from typing import Any

import yaml

from rscnav.config.key_positions import KeyPositions
from rscnav.config.yaml_build import Builder
from rscnav.config.yaml_text import read_text
from rscnav.settings.strict_settings import ConfigError

_CAUSES = {  # message of libyaml -> cause and cure
    "found character that cannot start any token": "a tab, or one of @ ` % where a value begins; indent with blanks, put text in quotes",
    "found a tab character": "a tab; indent with blanks",
    "mapping values are not allowed in this context": "a colon is not valid here; is the line above indented in the same way? "
    "put text with ': ' in quotes",
    "did not find expected key": "a key is missing here; is the line indented like its neighbours?",
    "could not find expected ':'": "a key without ': '; write key: value, with a blank after the colon",
    "did not find expected node content": "a value is missing here, or a bracket is not closed",
    "did not find expected ',' or ']'": "a comma or the closing ] of a list is missing",
    "did not find expected ',' or '}'": "a comma or the closing } of a group is missing",
    "found unexpected end of stream": "the file ends here within a text in quotes; close the quotes",
    "did not find expected '-' indicator": "this line is not an item of the list above it; begin it with '- ', or indent it in the same way",
}


def read_yaml(path: str | os.PathLike[str]) -> tuple[dict[Any, Any], KeyPositions]:
    """Read the mapping in a YAML file, and the line of each of its values.

    Raises
    ------
    ConfigError
        If the file cannot be read or is not valid; the message names the file, the line, the key and the cure.
    """
    text = read_text(Path(path))
    values, places = parse_yaml(text, os.fspath(path))
    if values is None and not text.strip():
        raise ConfigError(f"{path}: the file is empty; expected keys with values")
    if not isinstance(values, dict):
        what = "only comments" if values is None else "a list" if isinstance(values, list) else "a single value"
        raise ConfigError(f"{path}: the file contains {what}; expected keys with values, for example seed: 0")
    return values, places


def parse_yaml(text: str, source: str) -> tuple[Any, KeyPositions]:
    """Read YAML text; see `read_yaml`. `source` is the file of the text, for messages."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = Builder(source, yaml.parse(text, Loader=loader))
    try:
        return builder.document(), builder.places
    except yaml.YAMLError as error:
        raise ConfigError(f"{source}: this is not YAML: {_reason(error, text)}") from None


def _reason(error: yaml.YAMLError, text: str) -> str:
    """Return an error of the parser as a message, with line and column."""
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read")
    if mark is None:
        return problem
    lines = text.splitlines()
    line = lines[mark.line].strip() if mark.line < len(lines) else ""
    seen = f" (in: {line[:60]}{'...' if len(line) > 60 else ''})" if line else ""
    if mark.line >= len(lines):
        seen = " (the end of the file)"
    begun = getattr(error, "context_mark", None)
    within = ""
    if begun is not None and begun.line != mark.line:
        within = f"; the group or list that contains it begins in line {begun.line + 1}"
    cure = next((cure for words, cure in _CAUSES.items() if words in problem), problem)
    return f"line {mark.line + 1}, column {mark.column + 1}: {cure}{seen}{within}"
