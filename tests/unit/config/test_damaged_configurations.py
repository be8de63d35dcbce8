"""Hundreds of damaged configurations: each is either valid, or refused in a few sentences; never a traceback, never a long wait."""

import copy
import random
import re
import signal
from typing import Any

import pytest
import yaml

from helpers.configuration import every_key_text
from rscnav.config.job_settings import resolved_comparisons, session_names, settings_text
from rscnav.config.load import load_config
from rscnav.config.training_groups import training_groups
from rscnav.config.yaml_file import read_yaml
from rscnav.settings.strict_settings import ConfigError
from rscnav.settings.yaml_scalars import plain_value

PARTS, IN_EACH = 6, 50
SLOW_S = 10
VALUES = [
    None, True, False, 0, -1, 2, 3.5, -0.0, 1e-320, 1e300, -1e300, 10**13, 2**63, -(10**30), float("nan"), float("inf"), "", " ", "1e-3", "no",
    "ü", "a" * 9000, "a\x00b", "\u202eb", "{results_dir}", "$(id)", "../x", "/", "/**", "[", "*", [], {}, [[]], [None], {"a": {"b": 1}}, {1: 2},
    ["a", "a"], list(range(200)), {"name": "x"},
]  # fmt: skip
BYTES = [
    b"\x00",
    b"\xff",
    b"\t",
    b"\n",
    b":",
    b": ",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"&a ",
    b"*a",
    b"!!x ",
    b"'",
    b'"',
    b"#",
    b"---\n",
    b"<<",
    b"0",
    b"e",
]


def change(draw: random.Random, values: object, depth: int = 0) -> bool:
    """Change one thing at a random place, in place."""
    keys = list(values) if isinstance(values, dict) else list(range(len(values))) if isinstance(values, list) else []
    if not keys:
        return False
    key = draw.choice(keys)
    if draw.random() < 0.65 and change(draw, values[key], depth + 1):
        return True
    what = draw.choice(["value", "value", "value", "drop", "swap", "wrap", "twice", "text", "times", "name"])
    old = values[key]
    if what == "value":
        values[key] = copy.deepcopy(draw.choice(VALUES))
    elif what == "drop":
        del values[key]
    elif what == "swap":
        other = draw.choice(keys)
        values[key], values[other] = values[other], values[key]
    elif what == "wrap":
        values[key] = draw.choice([[old], {"x": old}, [old, copy.deepcopy(old)]])
    elif what == "twice" and isinstance(values, list):
        values.append(copy.deepcopy(old))
    elif what == "times" and isinstance(old, int | float) and not isinstance(old, bool):
        values[key] = old * draw.choice([-1, 1e-9, 1e9, 10**9, 0.3])
    elif what == "name" and isinstance(values, dict):
        values[draw.choice([f"{key}s", str(key).upper(), "", 7, "ü"])] = values.pop(key)
    else:
        values[key] = str(old)
    return True


def damage(draw: random.Random, text: bytes) -> bytes:
    """Put bytes in, take some out, or bring lines out of order."""
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(len(text))
        what = draw.choice(["put", "put", "cut", "line", "indent"])
        if what == "put":
            text = text[:at] + draw.choice(BYTES) * draw.choice([1, 1, 1, 60]) + text[at:]
        elif what == "cut":
            text = text[:at] + text[at + draw.choice([1, 10, 300]) :]
        else:
            lines = text.split(b"\n")
            number = draw.randrange(len(lines))
            lines[number] = (
                b" " * draw.randrange(9) + lines[number].lstrip() if what == "indent" else draw.choice(lines)
            )
            text = b"\n".join(lines)
    return text


def use(config) -> None:
    """Do what the workflow does with a valid configuration."""
    names = session_names(config)
    training_groups(config)
    resolved_comparisons(config)
    for network in config.networks[:2]:
        settings_text(config, "train", f"{network.name}-s{network.seeds[0]}")
    for recording in config.recordings[:2]:
        settings_text(config, "import_recording", recording.name)
    assert names


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_configurations_are_valid_or_refused_in_a_sentence(part, tmp_path, monkeypatch):
    text = every_key_text().encode()
    default = yaml.safe_load(text)
    monkeypatch.chdir(tmp_path)  # patterns find nothing here
    previous = signal.signal(signal.SIGALRM, lambda *_: pytest.fail(f"took longer than {SLOW_S} s"))
    kinds = {"valid": 0, "refused": 0}
    try:
        for number in range(IN_EACH):
            draw = random.Random(1000 * part + number)
            if part % 3 == 2:
                content = damage(draw, text)
            else:
                values = copy.deepcopy(default)
                for _ in range(draw.choice([1, 1, 2, 4])):
                    change(draw, values)
                content = yaml.safe_dump(values, allow_unicode=draw.random() < 0.5).encode("utf-8", "surrogatepass")
            file = tmp_path / "config.yaml"
            file.write_bytes(content)
            signal.alarm(SLOW_S)
            try:
                use(load_config(file))
                kinds["valid"] += 1
            except ConfigError as error:  # anything else fails the test, with its traceback
                kinds["refused"] += 1
                said = str(error)
                assert said.startswith(str(file)), (number, said[:300])
                assert len(said) < 8000, (number, said[:300])
                assert "Traceback" not in said
            finally:
                signal.alarm(0)
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert kinds["refused"] > IN_EACH / 3


def with_numbers(value: Any) -> Any:
    """Return values with the numbers that are text in YAML 1.1, such as 62e50, as numbers."""
    if isinstance(value, dict):
        return {key: with_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_numbers(item) for item in value]
    return plain_value(value) if isinstance(value, str) and re.fullmatch(r"[0-9.]+[eE][-+]?[0-9]+", value) else value


def test_a_damaged_file_is_never_read_with_other_values_than_pyyaml_reads(tmp_path):
    """Where both read a damaged file, the values are the same, but for words that only YAML 1.1 takes for text."""
    text = every_key_text().encode()
    compared = 0
    for number in range(60):
        file = tmp_path / "config.yaml"
        content = damage(random.Random(number), text)
        file.write_bytes(content)
        try:
            values, _ = read_yaml(file)
            expected = yaml.safe_load(content.decode())
        except (ConfigError, yaml.YAMLError):
            continue
        assert with_numbers(values) == with_numbers(expected), number
        compared += 1
    assert compared > 10
