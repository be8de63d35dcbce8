"""`import rscnav` is light, and each name of its stub is promised in docs/api.md and can be imported."""

import re
import subprocess
import sys

import pytest

import rscnav
from helpers import ROOT


def promised() -> set[str]:
    """Names ``rscnav.NAME`` in the first column of the table."""
    return set(re.findall(r"`rscnav\.(\w+)\(", (ROOT / "docs" / "api.md").read_text()))


def test_names_are_those_of_the_reference():
    assert set(rscnav.__all__) == promised()


@pytest.mark.parametrize("name", rscnav.__all__)
def test_every_name_is_a_function_of_its_own_module(name):
    assert getattr(rscnav, name).__name__ == name


def test_the_import_loads_no_numerical_package():
    code = "import sys, rscnav; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "torch", "matplotlib", "h5py", "pandas", "xarray"} & set(loaded)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="load_sessions"):
        rscnav.load_sessions  # noqa: B018
