"""Numbers over sessions, against means and p-values worked out by hand."""

import numpy as np
import pytest

from rscnav.analyses.across_sessions import (
    ANALYSES,
    COMPARED,
    Compared,
    PooledSession,
    across,
    by_subject,
    group_of,
    value_of,
)
from rscnav.analyses.result import Result
from rscnav.figures.entropy.across_sessions import network_of
from rscnav.seeds import Seeds


def session(name, group="network gru", subject=None, excess=np.nan, entropy=np.nan, control=np.nan):
    """A session of which only these numbers are known."""
    results = {analysis: Result() for analysis in ANALYSES}
    results["dimension"] = Result.not_applicable("too few samples")
    results["rate_dispersion"].add("excess", excess, "bits")
    for key, value in (("mean_entropy_compared", entropy), ("control_mean_entropy", control)):
        results["tuning_entropy"].add(key, value, "bits")
    return PooledSession(name, group, subject or name, results)


def summed(*members):
    return across(members, Seeds(0, ("across",)))


def test_mean_interval_and_p_of_six_sessions():
    """All six differences have one sign: 2 of the 64 ways to turn signs round are as extreme."""
    values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    result = summed(*(session(f"gru-s{k}", excess=v) for k, v in enumerate(values)))
    assert result["dispersion_excess/mean"].tolist() == [3.5]
    half = 2.570582 * np.sqrt(3.5 / 6)  # t(0.975, 5 degrees of freedom); the variance of 1 ... 6 is 3.5
    assert result["dispersion_excess/low"][0] == pytest.approx(3.5 - half)
    assert result["dispersion_excess/high"][0] == pytest.approx(3.5 + half)
    assert result["dispersion_excess/p"][0] == pytest.approx(2 / 64)
    assert result["dispersion_excess/n"].tolist() == [6]
    assert result["dispersion_excess/values"].tolist() == values
    assert "dispersion_excess" not in result.notes


def test_a_difference_is_taken_within_each_session():
    result = summed(*(session(f"s{k}", entropy=2.5 - 0.1 * k, control=2.5) for k in range(7)))
    assert result["tuning_below_control/mean"][0] == pytest.approx(-0.3)
    assert result["tuning_below_control/values"] == pytest.approx([-0.1 * k for k in range(7)])


def test_sessions_of_one_subject_count_once():
    """Five subjects with eleven sessions are five, too few for a test."""
    members = [session(f"r{k}", "recording", f"rat {k % 5}", excess=float(k % 5)) for k in range(10)]
    members.append(session("r10", "recording", "rat 0", excess=9.0))
    result = summed(*members)
    assert result["dispersion_excess/n"].tolist() == [5]
    assert result["dispersion_excess/mean"][0] == pytest.approx((3.0 + 1 + 2 + 3 + 4) / 5)
    for key in ("low", "high", "p"):
        assert np.isnan(result[f"dispersion_excess/{key}"]).all()
    assert result.notes["dispersion_excess"] == "no interval and no p with fewer than 6 subjects (recording: 5)"


def test_groups_are_kept_apart():
    members = [session(f"gru-s{k}", excess=1.0 + 0.01 * k) for k in range(6)]
    members += [session("rat", "recording", excess=-3.0)]
    result = summed(*members)
    assert result["group"].tolist() == ["network gru", "recording"]
    assert result["group_of_session"].tolist() == [0] * 6 + [1]
    assert result["dispersion_excess/mean"] == pytest.approx([1.025, -3.0])
    assert np.isfinite(result["dispersion_excess/p"]).tolist() == [True, False]


def test_missing_values_are_left_out_and_counted():
    members = [session(f"s{k}", excess=1.0 if k < 6 else np.nan) for k in range(9)]
    result = summed(*members)
    assert result["dispersion_excess/n"].tolist() == [6]
    assert result["dispersion_excess/mean"].tolist() == [1.0]
    assert result["dimension_LM1_to_LM2/n"].tolist() == [0]  # not applicable to any session
    assert np.isnan(result["dimension_LM1_to_LM2/mean"]).all()
    assert result["spatial_entropy/n"].tolist() == [0]  # applicable, but without this number


def test_no_p_where_there_is_no_null():
    result = Result()
    result.add("mean_entropy", 2.0, "bits")
    members = [PooledSession(f"s{k}", "g", f"s{k}", dict.fromkeys(ANALYSES, result)) for k in range(6)]
    assert np.isnan(summed(*members)["tuning_entropy/p"]).all()
    assert COMPARED["tuning_entropy"].null is None


def test_parts():
    assert group_of("network", "gru") == "network gru"
    assert group_of("recording", "") == "recording"
    assert group_of("sampled network", "gru-like-rat") == "sampled network gru-like-rat"


@pytest.mark.parametrize(
    ("session", "network"),
    [("gru-s1", "gru"), ("gru-s1-like-rat", "gru-like-rat"), ("size-s2-64-s10-few", "size-s2-64-few"), ("rat", "rat")],
)
def test_the_network_s_name_is_what_is_left_without_the_seed(session, network):
    assert network_of(session) == network
    assert by_subject(np.array([1.0, 3.0, np.nan, 5.0]), np.array(["x", "x", "y", "z"])).tolist()[::2] == [2.0, 5.0]
    assert np.isnan(by_subject(np.array([np.nan]), np.array(["y"]))).all()
    result = Result()
    result.add("a", 5.0)
    result.add("b", 3.0)
    assert value_of({"x": result}, Compared("x", "a", "b")) == 2.0
    assert np.isnan(value_of({"x": result}, Compared("x", "a", "c")))
