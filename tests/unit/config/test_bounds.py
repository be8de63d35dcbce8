"""Bounds with a number: on what a configuration stands for, on every value, on files that a pattern goes through, on messages."""

import itertools
import math
import os
from typing import Any, get_args

import pydantic
import pytest
from annotated_types import Le, Lt

from rscnav.config import file_patterns as patterns
from rscnav.config import sweeps
from rscnav.config.load import parse_config
from rscnav.config.schema import Config
from rscnav.settings.printable import MOST, listed, shown
from rscnav.settings.strict_settings import ConfigError, StrictSettings
from rscnav.settings.value_limits import LimitError, check_limits, largest
from rscnav.tasks.registry import TASKS, task_module

ONE = {"networks": [{"name": "g", "seeds": [1]}]}
HUNDRED = list(range(1, 101))


def network(**keys: Any) -> dict[str, Any]:
    return {"networks": [{"name": "g", "seeds": [1], **keys}]}


def refused(values: Any, words: str) -> str:
    with pytest.raises(ConfigError, match=words) as error:
        parse_config(values)
    said = str(error.value)
    assert len(said) < 6000
    assert max(len(line) for line in said.splitlines()) < 700
    return said


def test_a_sweep_is_counted_before_it_is_built(monkeypatch):
    monkeypatch.setattr(sweeps.itertools, "product", lambda *_: pytest.fail("built"))
    values = network(hidden_size=HUNDRED, training={"n_batches": HUNDRED, "batch_size": HUNDRED})
    refused(
        values,
        r"the sweep over hidden_size, training\.n_batches, training\.batch_size stands for 1,000,000 networks; at most 10,000",
    )
    two = [{"name": name, "seeds": [1], "hidden_size": HUNDRED, "layers": list(range(60))} for name in "ab"]
    refused({"networks": two}, "the entries stand for 12,000 networks; at most 10,000")
    refused(network(hidden_size=list(range(10**5))), "the list has 100,000 values")


def test_lists_and_sessions_have_a_most():
    refused(
        network(seeds=list(range(10_001))),
        r"seeds: \[0, 1, 2, 3, 4, \.\.\.\] \(10,001 values\) is not valid: a list has at most 10,000",
    )
    many = [{"name": name, "seeds": list(range(6000))} for name in "ab"]
    refused({"networks": many}, "12,000 sessions of networks.*at most 10,000")
    assert len(parse_config(network(seeds=list(range(5000)))).networks[0].seeds) == 5000


class Counted(int):
    """A number that counts how often it is compared."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return int(self) == other

    def __hash__(self) -> int:
        return int(self)


def test_a_sweeps_values_are_compared_a_linear_number_of_times():
    Counted.times = 0
    sweeps.expand({"name": "g", "hidden_size": [Counted(k) for k in range(1, 3001)]})
    assert Counted.times < 10_000  # each with each: 4,500,000


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\0b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u202eb", "U+202E"),
        ("\ud83d", "U+D83D"),
        ("a" * 5000, "at most 4,096 characters"),
        (10**400, "at most 40 digits"),
        (-(10**41), "at most 40 digits"),
    ],
)
def test_what_no_key_takes_is_refused_wherever_it_is(value, words):
    words = words.replace("+", r"\+")
    refused(ONE | {"device": value}, f"device: .*{words}")
    refused(ONE | {"figures": {"x": [1, {"y": value}]}}, rf"figures\.x\.1\.y: .*{words}")
    if isinstance(value, str):
        refused(ONE | {value: 1}, words)


def test_values_that_hold_themselves_or_lie_too_deep_are_refused():
    inside: Any = []
    inside.append(inside)
    with pytest.raises(
        (ConfigError, RecursionError)
    ):  # YAML cannot make this one; through files it is refused when read
        parse_config(ONE | {"seed": inside})
    deep: Any = 1
    for _ in range(60):
        deep = {"a": deep}
    refused(ONE | {"seed": deep}, r"seed\.a\.a\.a\.a\.a: nested deeper than 50 levels")
    refused(ONE | {"seed": [[1] * 500] * 500}, "more than 200,000 values")


def models(model: Any) -> set[type[StrictSettings]]:
    found = {model}
    for field in model.model_fields.values():
        waiting = [field.annotation]
        while waiting:
            here = waiting.pop()
            if isinstance(here, type) and issubclass(here, StrictSettings):
                found |= models(here)
            waiting += get_args(here)
    return found


def numeric_fields() -> list[Any]:
    tasks = [task_module(name).Settings for name in TASKS]
    every = {model for top in (Config, *tasks) for model in models(top)}
    return [
        pytest.param(model, name, field, id=f"{model.__module__.removeprefix('rscnav.')}.{model.__name__}.{name}")
        for model in sorted(every, key=lambda m: (m.__module__, m.__name__))
        for name, field in model.model_fields.items()
        if {int, float} & {field.annotation, *get_args(field.annotation)}
    ]


@pytest.mark.parametrize(("model", "name", "field"), numeric_fields())
def test_every_number_has_an_upper_bound(model, name, field):
    """Whatever else is wrong with it: a number beyond all measure is named as such, at that key."""
    for huge in (10**30, 1e300, -1e300, 1e-320):
        with pytest.raises(pydantic.ValidationError) as error:
            model.model_validate({name: huge})
        if huge == 1e-320 and int in {field.annotation, *get_args(field.annotation)}:
            continue
        assert [problem for problem in error.value.errors() if problem["loc"][:1] == (name,)], (name, huge)


def test_own_bounds_go_before_those_by_name():
    assert largest("n_x", whole=True) == 100_000
    with pytest.raises(LimitError, match="at most 100,000"):
        check_limits("n_x", 100_001, (False, False), blank=False)
    check_limits("n_x", 100_001, (False, True), blank=False)
    with pytest.raises(LimitError, match="at least -100,000"):
        check_limits("n_x", -100_001, (False, True), blank=False)
    with pytest.raises(LimitError, match="too close to 0; use 0 or at least 1e-20"):
        check_limits("x_s", 1e-30, (True, True), blank=False)
    check_limits("values", [10**9, "", 1.7e12], (False, False), blank=False)  # of a file, whatever they are
    assert any(isinstance(bound, Le | Lt) and bound for bound in Config.model_fields["seed"].metadata)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"subject": " "}, "recordings.0.subject: ' ' is not valid: a blank text"),
        ({"activity": {"series": ""}}, "recordings.0.activity.series: '' is not valid: a blank text"),
        (
            {"name": "comparisons"},
            "session 'comparisons': figures/comparisons is the folder of the comparisons' figures",
        ),
        ({"name": "a.nwb"}, r"session 'a.nwb' is not valid: the ending .nwb is reserved.*for example to 'a'"),
        ({"name": "task.PNG"}, r"the ending .png is reserved"),
        ({"name": "G-S1x"}, None),
        ({"name": "x" * 101}, "at most 100 characters are valid"),
        (
            {"name": "Rat 7"},
            "a name holds letters, digits, '.', '_' and '-', beginning with a letter or a digit; for example Rat-7",
        ),
        ({"name": True}, "true is not valid: text is needed; YAML reads yes, no, on, off"),
        ({"name": 7}, "7 is not valid: text is needed; write it in quotes: '7'"),
        ({"bin_s": 1e-9}, "recordings.0.bin_s: 1e-09 is not valid: it must be at least 0.0001"),
    ],
)
def test_names_and_texts_of_recordings(entry, words):
    values = {"recordings": [{"name": "r", "file": "x.nwb", **entry}]}
    if words is None:
        assert parse_config(values).recordings[0].name == entry["name"]
    else:
        refused(values, words)


def test_names_that_differ_only_in_case_are_refused():
    refused(
        {"networks": [{"name": "gru", "seeds": [1]}, {"name": "GRU", "seeds": [1]}]},
        "'gru-s1' and 'GRU-s1' differ only in upper and lower",
    )
    refused(network() | {"comparisons": [{"name": "a"}, {"name": "A"}]}, "comparisons 'a' and 'A' differ only")
    refused(network() | {"simulations": [{"name": "a"}, {"name": "a"}]}, r"simulation name\(s\) a occur more than once")
    refused(
        {
            "networks": [{"name": "x" * 90, "seeds": [1]}],
            "recordings": [],
            "sampled_networks": [{"rate_hz": 1.0, "suffix": "y" * 90}],
        },
        "a name of",
    )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            {"observer": {"grid_bins": 64}},
            r"observer\.grid_bins: 64 is not valid: the task 'ring-fixed' needs a multiple of its 64.*at least 118 .*smallest is 128",
        ),
        (
            {"results_dir": [{"x": 1}], "recordings": [{"file": "{results_dir}/a.nwb", "name": "r"}]},
            r"results_dir: .*text is needed",
        ),
        (
            {"networks": [{"name": "g", "seeds": [1, 1]}]},
            r"networks, recordings: session name\(s\) g-s1 occur more than once",
        ),
        ({"observer": {"grid_bins": 500}}, r"grid_bins: 500 .*smallest is 128"),
        (
            {"tasks": {"ring-fixed": {"trial_s": 1000.0, "dt_s": 0.001}}},
            "are 1,000,000 steps per trial; at most 100,000",
        ),
    ],
)
def test_what_would_fail_in_the_first_job_is_refused(keys, words):
    refused(ONE | keys, words)


def test_many_problems_are_counted_and_the_first_listed():
    said = refused(ONE | {f"k{k}": 1 for k in range(1000)}, "1,000 problems")
    assert said.count("unknown key") == 20
    assert said.endswith("and 980 more; correct these first")


def test_values_in_messages_are_short():
    for value in (
        "a" * 10**6,
        list(range(10**5)),
        {str(k): k for k in range(10**5)},
        10**5000,
        [["x" * 10**6] * 9] * 9,
        1e300,
        None,
    ):
        assert len(shown(value)) < MOST + 60
    assert shown([True, None, "a"]) == "[true, null, 'a']"
    assert shown("a" * 10**6).endswith("...' (1,000,000 characters)")
    assert shown(list(range(10**5))) == "[0, 1, 2, 3, 4, ...] (100,000 values)"
    assert listed(range(100), 3) == "0, 1, 2 and 97 more"
    assert listed([]) == "none"


def test_a_pattern_takes_recordings_only(tmp_path):
    for name in ("a.nwb", "README.md", "b.H5", "notes.txt", "c.zarr/x", "d/e.npz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    os.mkfifo(tmp_path / "pipe.nwb")
    found = patterns.expand_files({"file": f"{tmp_path}/*"}, "x")
    assert [entry["name"] for entry in found] == ["a", "b", "c"]
    with pytest.raises(ConfigError, match=r"it matches .*notes\.txt, but recordings end in \.nwb, .*\.zarr"):
        patterns.expand_files({"file": f"{tmp_path}/*.txt"}, "x")


@pytest.mark.parametrize("pattern", ["/**", "/*/*.nwb", "/proc/**/status", "/sys/*", "//**/a.nwb", "/dev/../proc/*"])
def test_a_pattern_does_not_go_through_the_machine(pattern, monkeypatch):
    monkeypatch.setattr(patterns.os, "scandir", lambda _: pytest.fail("looked"))
    with pytest.raises(
        ConfigError, match="it would search .*; begin the pattern with the folder that the recordings are in"
    ):
        patterns.expand_files({"name": "{stem}", "file": pattern}, "x")


def test_a_pattern_ends_at_a_number_of_files(tmp_path, monkeypatch):
    for k in range(30):
        (tmp_path / f"{k}.nwb").touch()
    pattern = {"name": "{stem}", "file": f"{tmp_path}/**/*.nwb"}
    assert len(patterns.expand_files(pattern, "x")) == 30
    monkeypatch.setattr(patterns, "MOST_RECORDINGS", 20)
    with pytest.raises(ConfigError, match="matches more than 20 recordings"):
        patterns.expand_files(pattern, "x")
    monkeypatch.setattr(patterns, "MOST_LOOKED_AT", 10)
    with pytest.raises(ConfigError, match="searches more than 10 files and folders"):
        patterns.expand_files(pattern, "x")
    monkeypatch.setattr(patterns, "MOST_LOOKED_AT", 10**6)
    monkeypatch.setattr(patterns, "MOST_RECORDINGS", 10**6)
    clock = itertools.count()
    monkeypatch.setattr(patterns.time, "monotonic", lambda: 20.0 * next(clock))
    with pytest.raises(ConfigError, match="in 30 s"):
        patterns.expand_files(pattern, "x")


def test_links_that_lead_round_in_circles_end(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.nwb").touch()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    search = patterns._Search(f"{tmp_path}/**/*.nwb", "x")
    assert f"{tmp_path}/a/x.nwb" in search.files()
    assert search.looked_at < 100


def test_patterns_match_as_glob_does(tmp_path):
    import glob

    for name in ("m1/s1.nwb", "m1/.hidden.nwb", ".m2/s.nwb", "m1/deep/er/s2.nwb", "m3/s1.nwb", "top.nwb", "m[1]/q.nwb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for pattern in (
        "*.nwb",
        "*/*.nwb",
        "**/*.nwb",
        "m?/s1.nwb",
        "m[13]/*.nwb",
        "**/s?.nwb",
        "m1/**/*.nwb",
        "*/deep/*/s2.nwb",
        "**",
        "m1/**",
    ):
        there = {f for f in glob.glob(f"{tmp_path}/{pattern}", recursive=True) if os.path.isfile(f)}
        assert set(patterns._Search(f"{tmp_path}/{pattern}", "x").files()) == there, pattern


def test_numbers_of_the_mapping_may_be_times_of_any_clock():
    rule = {"column": "t", "min": 1.7e9, "values": [10**12]}
    values = {
        "recordings": [
            {
                "name": "r",
                "file": "x.nwb",
                "unit_filters": [rule],
                "arrays": {"series": {"a": {"data": "a", "rate": 1.0, "start_s": 1.7e9}}},
            }
        ]
    }
    assert parse_config(values).recordings[0].unit_filters[0].min == 1.7e9
    assert math.isfinite(largest("anything", whole=False))
