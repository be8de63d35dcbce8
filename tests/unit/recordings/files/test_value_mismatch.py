"""Values of a mapping that YAML made something else of: type and value on both sides, and the cure."""

import numpy as np
import pytest
import yaml

from helpers.nwb import write_nwb
from rscnav.recordings.files.value_mismatch import holds, refuse_other_types
from rscnav.recordings.read import read_recording

ROWS = [(1.0, "yes", 1, "1", True), (4.0, "no", 2, "2", False), (7.0, "yes", 1, "1", True)]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    trials = [
        {"start_time": t, "stop_time": t + 2, "won": won, "port": port, "label": label, "flag": flag}
        for t, won, port, label, flag in ROWS
    ]
    return write_nwb(tmp_path_factory.mktemp("yaml") / "x.nwb", spikes=[np.arange(0, 10, 0.1)], trials=trials)


def read(path, text):
    return read_recording(path, {"trials": yaml.safe_load(text)}, quiet=True)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (
            "{outcome: won, correct: [yes], incorrect: [no]}",
            ("trials.correct: true is a truth value", "text: no, yes", "'yes' in quotes"),
        ),
        (
            "{outcome: won, correct: ['yes'], incorrect: [no]}",
            ("trials.incorrect: false is a truth value", "write 'no' in quotes"),
        ),
        (
            "{outcome: label, correct: [1], incorrect: [2]}",
            ("trials.correct: 1 is a number", "text: 1, 2", "write '1' in quotes"),
        ),
        (
            "{outcome: port, correct: ['1'], incorrect: ['2']}",
            ("'1' is text", "numbers: 1, 2", "write 1 without quotes"),
        ),
        (
            "{outcome: port, correct: [1], incorrect: ['2']}",
            ("trials.incorrect: '2' is text", "write 2 without quotes"),
        ),
        (
            "{outcome: flag, correct: ['yes'], incorrect: ['no']}",
            ("'yes' is text", "truth values: false, true", "write true without"),
        ),
        (
            "{select: [{column: won, values: [yes]}]}",
            ("trials.select: values: true is a truth value", "write 'yes' in quotes"),
        ),
        ("{select: [{column: label, values: [2]}]}", ("2 is a number", "write '2' in quotes")),
        (
            "{outcome: won, correct: ['Yes']}",
            ("no value of column 'won'", "it holds: no, yes (text)", "'Yes' is written 'yes' in the file"),
        ),
    ],
)
def test_both_sides_and_the_cure(path, mapping, words):
    with pytest.raises(ValueError, match="recording 'x'") as error:
        read(path, mapping)
    for word in words:
        assert word in str(error.value), str(error.value)


@pytest.mark.parametrize(
    "mapping",
    [
        "{outcome: won, correct: ['yes'], incorrect: ['no']}",
        "{outcome: port, correct: [1], incorrect: [2]}",
        "{outcome: port, correct: [1.0], incorrect: [2.0]}",
        "{outcome: label, correct: ['1'], incorrect: ['2']}",
        "{outcome: flag, correct: [yes], incorrect: [no]}",
        "{outcome: flag, correct: [1], incorrect: [0]}",
    ],
)
def test_what_matches_is_read(path, mapping):
    assert read(path, mapping).trials["outcome"].tolist() == ["correct", "incorrect", "correct"]


def test_values_that_are_there_beside_others_are_no_reason_to_refuse():
    refuse_other_types(["hit", "1", "miss"], {"key": ["hit", "gone", 3, True]}, "column")
    refuse_other_types([np.nan, 1.0, 0.0], {"key": [1, 0, "none"]}, "column")


def test_long_columns_are_shortened():
    assert holds(list(range(100))).count(",") == 9
    assert "and 90 more" in holds(list(range(100)))
    assert holds([float("nan"), float("nan"), 1.0]) == "it holds: 1, nan (numbers)"
    assert holds([]) == "it holds: nothing"
