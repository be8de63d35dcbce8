"""The YAML of a configuration: what is read, what is refused with file, line and key, and nothing that is built without bounds."""

import math
import os

import pytest
import yaml

from helpers.configuration import every_key_text
from rscnav.config import yaml_build
from rscnav.config.load import load_config, read_files
from rscnav.config.yaml_file import parse_yaml, read_yaml
from rscnav.config.yaml_text import MOST_MB, yaml_text
from rscnav.settings.strict_settings import ConfigError

LAUGHS = "l0: &l0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"l{k}: &l{k} [{', '.join([f'*l{k - 1}'] * 9)}]\n" for k in range(1, 9)
)


def value(text):
    return parse_yaml(f"k: {text}\n", "x.yaml")[0]["k"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-3", 1e-3),
        ("1E-3", 1e-3),
        ("1.0e3", 1000.0),
        ("1.0e+3", 1000.0),
        ("1.0e300", 1e300),
        ("1e300", 1e300),
        ("-.5e-2", -0.005),
        ("5.", 5.0),
        ("1_000", 1000),
        ("0x1f", 31),
        ("0b101", 5),
        ("0", 0),
        ("-7", -7),
        ("0.5", 0.5),
        ("'1e-3'", "1e-3"),
        ('"007"', "007"),
        ("'2024-01-05'", "2024-01-05"),
        ("1e", "1e"),
        ("e3", "e3"),
        ("1.2.3", "1.2.3"),
        ("+-1", "+-1"),
        ("1e3e4", "1e3e4"),
        ("yes", True),
        ("Off", False),
        ("yES", "yES"),
        ("~", None),
        ("", None),
        ("null", None),
        ("=", "="),
        (".inf", math.inf),
        ("rat-7", "rat-7"),
    ],
)
def test_words(text, expected):
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "010",
            "begins with a zero, which is an octal number in YAML; write 10 for the number, or '010' in quotes for text",
        ),
        ("007", "write 7 for the number, or '007' in quotes for text"),
        ("-08", "write -8 for the number, or '-08' in quotes for text"),
        ("1:30", "a number of base 60.*or '1:30' in quotes for text"),
        ("190:20:30.15", "a number of base 60"),
        ("2024-01-05", "a date in YAML.*write '2024-01-05' in quotes"),
        ("2024-01-05 10:00:00", "a date in YAML"),
        ("9" * 5000, r"has 5,000 digits; a whole number has at most 40"),
        ("0x" + "f" * 5000, r"has 5,002 digits"),
        ("1e400", "larger than the largest floating-point number"),
        ("1e-400", "smaller than the smallest positive floating-point number"),
    ],
)
def test_words_that_are_read_otherwise_than_they_look_are_refused(text, words):
    with pytest.raises(ConfigError, match=rf"^x\.yaml: line 1, column 4: k: .*{words}") as error:
        value(text)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed: 1\nseed: 2\n", "line 2, column 1: seed: this key is there twice, first in line 1"),
        ("a: {b: 1,\n  b: 2}\n", r"line 2, column 3: a\.b: this key is there twice, first in line 1"),
        ('1: x\n"a": y\na: z\n', "line 3, column 1: a: this key is there twice, first in line 2"),
        ("a: &t\n  b: *t\n", r"line 2, column 6: a\.b: \*t lies within &t \(line 1\), so it would contain itself"),
        ("a: &t [*t]\n", "would contain itself"),
        ("a: *t\n", r"line 1, column 4: a: \*t refers to &t, which is not defined above"),
        ("a: &t 1\nb: &t 2\n", "line 2, column 4: b: the anchor &t is there twice, first in line 1"),
        ("a: !!python/object/apply:os.system ['touch pwned']\n", "tags are not read"),
        ("a: !x 1\n", "the tag !x is not valid; tags are not read"),
        ("a: !!str 1\n", "tags are not read"),
        ("a: 1\n---\nb: 1\n", "line 2, column 1: a second document begins here"),
        ("a:\n\tb: 1\n", "line 2, column 1: a tab"),
        ("a: [1, 2\nb: 3\n", r"a comma or the closing \] of a list is missing.*begins in line 1"),
        ("a: b: c\n", "line 1, column 5: a colon is not valid here"),
        ("a: 'x\n", "close the quotes"),
        ("a: 1\n b: 2\n", r"bad\.yaml: this is not YAML: line"),
        ("? [a]\n: 1\n", "a list or a group is not valid as a key"),
        ("yes: 1\n", "line 1, column 1: the key yes is read as true; write 'yes' in quotes"),
        ("~: 1\n", "the key ~ is read as nothing; write it in quotes"),
        ("1.5: 1\n", "the key 1.5 is read as a number with a decimal point"),
        ("a: 1\x07\n", r"line 1, column 5: the control character '\\x07' \(U\+0007\)"),
        ("a: " + "[" * 20_000 + "]" * 20_000 + "\n", "nested deeper than 50 levels"),
        ("a:\n" + "".join(" " * k + f"a{k}:\n" for k in range(1, 1500)), "nested deeper than 50 levels"),
        ("a: " + "{a: " * 400 + "1" + "}" * 400, "nested deeper than 50 levels"),
        ("a: {<<: 1}\n", "expected keys with values here"),
        ("", "the file is empty"),
        ("# nothing\n", "the file contains only comments; expected keys with values"),
        ("- 1\n", "the file contains a list; expected keys with values"),
        ("word\n", "the file contains a single value; expected keys with values"),
    ],
)
def test_files_that_are_not_valid_are_named_with_their_line(tmp_path, text, words):
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words) as error:
        read_yaml(file)
    assert str(error.value).startswith(str(file))
    assert len(str(error.value)) < 700


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"seed: 0\n# M\xfcller\n",
            r"line 2: byte 12 of the file \(0xFC\) is not UTF-8; save it as UTF-8.*iconv -f latin1",
        ),
        ("seed: 0\n".encode("utf-16"), "the text is UTF-16; save it as UTF-8.*iconv -f UTF-16"),
        ("seed: 0\n".encode("utf-32"), "the text is UTF-32"),
        (b"seed: 0\x00\n", "the control character"),
        (bytes(range(256)), "line|not a text file"),
        (b"\x80" + bytes(1000), "not a text file"),
        (b"#" * (MOST_MB * 10**6 + 1), f"larger than {MOST_MB} MB"),
    ],
)
def test_bytes_that_are_no_text_are_named(tmp_path, content, words):
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"bad\.yaml: .*({words})"):
        read_yaml(file)


def test_only_regular_files_are_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in [
        (tmp_path / "pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (tmp_path, "a folder"),
    ]:
        with pytest.raises(ConfigError, match=words):
            read_yaml(path)
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: no such configuration file"):
        read_yaml(tmp_path / "nowhere.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_yaml("a\0b")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfseed: 1\r\ndevice: cpu\r\n")
    values, places = read_yaml(tmp_path / "a.yaml")
    assert values == {"seed": 1, "device": "cpu"}
    assert places.lines == {("seed",): 1, ("device",): 2}


def test_aliases_are_counted_before_they_are_built(monkeypatch):
    copied = []
    monkeypatch.setattr(yaml_build.copy, "deepcopy", lambda given: copied.append(given) or given)
    with pytest.raises(ConfigError, match=r"line 6, column 15: l5\.1: more than 200,000 values"):
        parse_yaml(LAUGHS, "x.yaml")
    assert len(copied) < 50  # up to the fifth line, of which each has nine


def test_aliases_and_merge_keys_are_read_as_pyyaml_does():
    text = "a: &a {x: 1, y: [1, 2]}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [{x: 5}, *a], z: 1}\n"
    found, _ = parse_yaml(text, "x.yaml")
    assert found == yaml.safe_load(text)
    found["b"]["y"].append(3)
    assert found["a"]["y"] == [1, 2]  # a copy


def test_depth_counts_through_aliases():
    deep = "a: &a " + "[" * 30 + "]" * 30 + "\nb: " + "[" * 30 + "*a" + "]" * 30 + "\n"
    with pytest.raises(ConfigError, match="nested deeper than 50 levels"):
        parse_yaml(deep, "x.yaml")


def test_the_python_parser_builds_the_same(monkeypatch):
    text = every_key_text() + "x: &a ['1e-3', 1e-3, |-]\n".replace("|-", "b") + "y: *a\n"
    by_libyaml, lines = parse_yaml(text, "x.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    by_python, same_lines = parse_yaml(text, "x.yaml")
    assert by_python == by_libyaml
    assert same_lines.lines == lines.lines


@pytest.mark.parametrize(
    "name",
    ["config.yaml", "workflow/config.default.yaml", "workflow/presets/paper.yaml", "examples/w-maze/config.yaml"],
)
def test_values_are_those_of_pyyaml(pytestconfig, name):
    file = pytestconfig.rootpath / name
    assert read_yaml(file)[0] == yaml.safe_load(file.read_text())


def test_what_is_written_is_read_back_with_its_types():
    values = {
        "texts": [
            "1e-3",
            "1e300",
            "010",
            "08",
            "1:30",
            "2024-01-05",
            "yes",
            "null",
            "",
            " x",
            "0x1f",
            "5.",
            "a: b",
            "é",
            "#",
            "=",
            "~",
        ],
        "numbers": [1, 1.0, 1e-20, 1e300, -0.5, 10**30, math.inf],
        "others": [True, False, None, [], {}],
        7: {"a": [{"b": "1_000"}]},
    }
    found, _ = parse_yaml(yaml_text(values), "x.yaml")
    assert repr(found) == repr(values)


def test_several_files_name_their_own_lines(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "networks:\n  - name: g\n    seeds: [1]\n    hidden_size: 0\ntraining:\n  max_learning_rate: -1\n"
    )
    (tmp_path / "b.yaml").write_text("# a preset\ntraining:\n  n_batches: 0\n")
    (tmp_path / "c.yaml").write_text("\nnetworks: [{name: h, seeds: [1],\n  layers: [0, 1]}]\n")
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "a.yaml", tmp_path / "b.yaml")
    said = str(error.value)
    assert f"networks.0.hidden_size ({tmp_path}/a.yaml, line 4): 0 is not valid: it must be at least 1 (in 'g')" in said
    assert f"training.max_learning_rate ({tmp_path}/a.yaml, line 6): -1 is not valid" in said
    assert f"training.n_batches ({tmp_path}/b.yaml, line 3): 0 is not valid" in said
    assert "3 problems" in said  # though the network has the shared section's problems too
    with pytest.raises(ConfigError) as error:
        load_config(tmp_path / "a.yaml", tmp_path / "c.yaml")
    assert (
        f"networks.0.layers ({tmp_path}/c.yaml, line 3): 0 is not valid: it must be at least 1 (in 'h-layers-0')"
        in str(error.value)
    )


def test_read_files_lays_later_files_over_earlier_ones(tmp_path):
    (tmp_path / "a.yaml").write_text("a: {b: 1, c: 2}\nd: [1]\n")
    (tmp_path / "b.yaml").write_text("a: {b: 5}\nd: [2, 3]\n")
    assert read_files(tmp_path / "a.yaml", tmp_path / "b.yaml")[0] == {"a": {"b": 5, "c": 2}, "d": [2, 3]}
