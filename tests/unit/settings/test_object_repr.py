"""What a notebook shows of an object is short, names what it holds, and is safe as HTML."""

import numpy as np
import pytest
import torch

from helpers.ring import ring_session
from rscnav.analyses.registry import ANALYSES, analyse
from rscnav.analyses.result import Result
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.settings.object_repr import MOST, clipped, counted, html_table, size_text
from rscnav.tasks.registry import make_task


@pytest.fixture(scope="module")
def session():
    rng = np.random.default_rng(0)
    return ring_session(lambda session, _: rng.normal(size=(len(session.time), 5)), 30)


def test_a_session_names_its_size_and_fields(session):
    assert repr(session).startswith(f"<Session {session.name}: {session.kind}, 5 units, 30 trials, ")
    assert "position" in repr(session)
    assert f"{len(session.encounters):,} encounters" in repr(session)
    assert "heading" not in repr(session)
    assert len(repr(session)) < 400
    html = session._repr_html_()
    assert f"<td>activity</td><td>time {len(session.time)}, unit 5</td>" in html
    assert "<td>trials</td><td>30 rows</td>" in html
    assert "<td>heading</td>" not in html


@pytest.mark.parametrize("name", ANALYSES)
def test_a_result_is_short(session, name):
    result = analyse(session, name)
    assert len(repr(result)) < 2000
    assert len(result._repr_html_()) < 40_000


def test_a_result_shows_numbers_with_their_intervals():
    result = Result(notes={"": "few trials <5"})
    result.add_each("gap", ("", "_low", "_high"), (0.01234, 0.01, 0.02), "nats")
    result.add("n_trials", 7)
    result.add("low", 3.0)  # the end of no interval
    result.add("curve", np.zeros((3, 2)), "bits", ("lag", "unit"))
    lines = repr(result).splitlines()
    assert lines == [
        "<Result: 6 arrays",
        "  gap = 0.01234 (0.01 to 0.02)",
        "  n_trials = 7",
        "  low = 3",
        "  curve (lag 3, unit 2)>",
    ]
    html = result._repr_html_()
    assert "<td>gap</td><td>0.01234 (0.01 to 0.02)</td><td>nats</td>" in html
    assert "few trials &lt;5" in html
    assert "<td>curve</td><td>lag 3, unit 2</td><td>bits</td>" in html


def test_a_long_result_counts_what_it_leaves_out():
    result = Result()
    for k in range(50):
        result.add(f"number_{k}", k)
        result.add(f"array_{k}", [1.0], "", ("unit",))
    assert "... 30 more numbers" in repr(result)
    assert "... 40 more arrays" in repr(result)


def test_a_result_that_does_not_apply_gives_the_reason():
    result = Result.not_applicable("the session has no position")
    assert repr(result) == "<Result: not applicable: the session has no position>"
    assert "the session has no position" in result._repr_html_()


def test_a_batch_and_a_network_name_their_sizes():
    task = make_task("ring-fixed")
    batch = task.sample(3, 20, torch.Generator().manual_seed(0))
    assert repr(batch) == f"<Batch: 3 trials of 20 steps, {batch.inputs.shape[2]} input channels; targets position>"
    network = repr(Network(batch.inputs.shape[2], {"position": 64}, Architecture("gru", 8)))
    assert f"GRU({batch.inputs.shape[2]}, 8)" in network
    assert "Readout(8, 64)" in network
    assert len(network) < 2000


def test_words():
    assert [counted(n, "trial") for n in (0, 1, 2500)] == ["0 trials", "1 trial", "2,500 trials"]
    assert size_text(("time", "unit"), (10, 2)) == "time 10, unit 2"
    assert size_text((), ()) == ""
    assert len(clipped("x" * 500)) == MOST
    assert "<b>" not in html_table("<b>", ("<b>",), [("<b>",)])
