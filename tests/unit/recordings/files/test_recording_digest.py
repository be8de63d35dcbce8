"""A recording beside which lies its sha256: any change of it is seen, also of a value that no format could tell is wrong."""

import hashlib

import numpy as np
import pytest

from helpers.nwb import walk, write_nwb
from rscnav.recordings import read_recording

XY = {"position": {"series": "xy", "unit": "m"}}


def seal(path, digest=None):
    digest = digest or hashlib.sha256(path.read_bytes()).hexdigest()
    (path.parent / f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")


@pytest.fixture
def recording(tmp_path):
    return write_nwb(tmp_path / "rat.nwb", series={"xy": walk()})


def test_a_flipped_bit_in_a_value_is_seen(recording):
    data = bytearray(recording.read_bytes())
    at = data.find((np.arange(500) / 50.0)[100:104].tobytes())
    assert at > 0
    seal(recording)
    whole = read_recording(recording, XY, quiet=True)
    data[at + 6] ^= 1
    recording.write_bytes(data)
    with pytest.raises(ValueError, match=r"rat\.nwb: damaged, or changed since rat\.nwb\.sha256 was written"):
        read_recording(recording, XY, quiet=True)
    seal(recording)  # the change was meant
    assert read_recording(recording, XY, quiet=True).n_units == whole.n_units


def test_arrays(tmp_path):
    np.savez(tmp_path / "x.npz", t=np.arange(50) / 5, u=np.arange(50) % 2)
    mapping = {"arrays": {"spikes": {"times": "t", "unit": "u"}}, "trial_s": 1.0}
    seal(tmp_path / "x.npz")
    assert read_recording(tmp_path / "x.npz", mapping, quiet=True).n_units == 2
    np.savez(tmp_path / "x.npz", t=np.arange(50) / 5 + 0.001, u=np.arange(50) % 2)
    with pytest.raises(ValueError, match="its sha256 differs"):
        read_recording(tmp_path / "x.npz", mapping, quiet=True)


def test_a_digest_that_is_none(recording):
    seal(recording, "no digest")
    with pytest.raises(ValueError, match="not a digest in the format of sha256sum"):
        read_recording(recording, XY, quiet=True)
