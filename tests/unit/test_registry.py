"""Entries are chosen by name; an unknown name is refused with the valid ones."""

import pytest

from rscnav.errors import InvalidValueError, did_you_mean
from rscnav.registry import load, lookup, module_of

TABLE = {"eigenspectrum": "math:sqrt", "pairwise": "math"}


def test_an_entry_is_found_and_imported():
    assert lookup(TABLE, "pairwise", "analysis") == "math"
    assert load(lookup(TABLE, "eigenspectrum", "analysis"))(9) == 3
    assert load("math").floor(2.5) == 2
    assert module_of(TABLE["eigenspectrum"]) == "math"


def test_an_unknown_name_is_refused_with_the_valid_ones_and_the_most_similar():
    with pytest.raises(InvalidValueError) as refused:
        lookup(TABLE, "eigenspektrum", "analysis")
    assert str(refused.value) == (
        "analysis: 'eigenspektrum' is not valid; expected one of eigenspectrum, pairwise; did you mean 'eigenspectrum'?"
    )
    with pytest.raises(InvalidValueError, match=r"^task: 'x' is not valid; expected one of eigenspectrum, pairwise$"):
        lookup(TABLE, "x", "task")


def test_a_suggestion_is_made_for_similar_words_only():
    assert did_you_mean("angel", ["angle", "speed"]) == "; did you mean 'angle'?"
    assert did_you_mean("x" * 10_000, ["angle"]) == ""
    assert did_you_mean(3, []) == ""
