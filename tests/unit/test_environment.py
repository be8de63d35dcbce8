"""Both ways to set up the project, make and conda, install the same pins."""

import importlib.metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


def pins() -> dict[str, str]:
    """Versions in the lock whose markers hold on this machine."""
    found = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and not line.lstrip().startswith("#"):
            pin, _, marker = line.partition(";")
            name, _, version = pin.strip().partition("==")
            if not marker or Marker(marker.strip()).evaluate():
                found[canonicalize_name(name)] = version
    return found


def wanted() -> list[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return [canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")]


def test_conda_takes_the_same_lock_and_has_no_pins_of_its_own():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["dependencies"] == [
        "python=3.11",
        "pip",
        {"pip": ["-r requirements.in", "-c requirements.lock", "-e ."]},
    ]


@pytest.mark.parametrize("name", wanted())
def test_what_is_installed_is_what_is_locked(name):
    assert importlib.metadata.version(name).split("+")[0] == pins()[name]


def test_every_installed_dependency_is_locked():
    locked = pins()
    tools = {"pip", "uv", "rscnav", "setuptools"}
    for distribution in importlib.metadata.distributions():
        name = canonicalize_name(distribution.metadata["Name"])
        if name not in tools:
            assert distribution.version.split("+")[0] == locked.get(name), name


def test_package_names_no_dependency_that_is_not_locked():
    metadata = importlib.metadata.metadata("rscnav")
    named = [canonicalize_name(Requirement(text).name) for text in metadata.get_all("Requires-Dist") or []]
    assert named
    assert set(named) <= set(wanted())


def test_lock_names_no_place_to_get_packages_from():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text  # aiohttp is a package
    assert "file:" not in text
    assert "--" not in text
