"""Seeds that depend on what they are for; files that are whole or not there."""

import errno

import numpy as np
import pytest

from rscnav.files.atomic import atomic_path, write_text
from rscnav.seeds import Seeds, derive_seed


def test_seeds_differ_by_every_key_and_are_stable():
    seeds = [
        derive_seed(0, "a"),
        derive_seed(1, "a"),
        derive_seed(0, "b"),
        derive_seed(0, "a", 1),
        derive_seed(0, "a", "1"),
    ]
    assert len(set(seeds)) == len(seeds)
    assert derive_seed(0, "a") == derive_seed(0, "a")
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_of_one_purpose_agree():
    first, second = Seeds(3, ("x",)).generator("null"), Seeds(3).spawn("x").generator("null")
    np.testing.assert_array_equal(first.random(5), second.random(5))


def test_failed_write_leaves_nothing(tmp_path):
    target = tmp_path / "deep" / "result.txt"
    with pytest.raises(RuntimeError, match="stop"), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("stop")
    assert list(target.parent.iterdir()) == []


def test_failed_write_keeps_the_old_file(tmp_path):
    target = tmp_path / "result.txt"
    write_text(target, "old")
    with pytest.raises(OSError, match="No space left on device; nothing was written"), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_same_text_is_not_written_again(tmp_path):
    write_text(tmp_path / "a", "text")
    before = (tmp_path / "a").stat().st_mtime_ns
    write_text(tmp_path / "a", "text")
    assert (tmp_path / "a").stat().st_mtime_ns == before
