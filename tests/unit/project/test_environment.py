"""Both ways to set up the project, make and conda, install the same pins; pyproject.toml declares every package that is imported."""

import ast
import importlib.metadata
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import ROOT

SRC = ROOT / "src"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


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


def names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def core() -> set[str]:
    return names(PROJECT["dependencies"])


def extras() -> set[str]:
    """Packages that are installed with an extra only."""
    return names(text for texts in PROJECT["optional-dependencies"].values() for text in texts) - {"rscnav"}


def test_every_declared_dependency_is_in_requirements():
    missing = (core() | extras()) - set(wanted())
    assert not missing, f"add to requirements.in: {', '.join(sorted(missing))}"


def test_no_package_is_both_required_and_optional():
    assert not core() & extras()


def test_the_extra_all_holds_every_extra():
    declared = PROJECT["optional-dependencies"]
    assert Requirement(*declared["all"]).extras == set(declared) - {"all"}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level names of the packages that a source file imports, functions included, and the lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno


def test_every_imported_package_is_declared():
    distributions = importlib.metadata.packages_distributions()
    own = {path.name for path in SRC.iterdir()}
    declared = core() | extras()
    problems = []
    for path in sorted(SRC.rglob("*.py")):
        for name, line in imports(path):
            if name in sys.stdlib_module_names or name in own:
                continue
            candidates = {canonicalize_name(found) for found in distributions.get(name, [])}
            if not candidates & declared:
                what = " or ".join(sorted(candidates)) or f"the package that provides '{name}'"
                problems.append(
                    f"{path.relative_to(ROOT)}, line {line}: imports '{name}'; add {what} to pyproject.toml"
                )
    assert not problems, "\n" + "\n".join(problems)


def required_by(roots: Iterable[str]) -> set[str]:
    """Return the distributions that pip installs for some others on this machine, those included."""
    found: set[str] = set()
    waiting = [(name, "") for name in roots]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        found.add(canonicalize_name(name))
        for text in importlib.metadata.requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                for item in [(needed.name, ""), *((needed.name, wanted_extra) for wanted_extra in needed.extras)]:
                    if item not in seen:
                        seen.add(item)
                        waiting.append(item)
    return found


IMPORT_ALL = """
import importlib, pkgutil, sys

refused = set(sys.argv[1].split(","))

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
import rscnav

def fail(name):
    raise

modules = [module.name for module in pkgutil.walk_packages(rscnav.__path__, "rscnav.", onerror=fail)]
without_torch = tuple(f"rscnav.{name}." for name in ("analyses", "config", "figures", "recordings", "sessions", "settings"))
for name in modules:
    if name.startswith(without_torch):
        importlib.import_module(name)
        assert "torch._C" not in sys.modules, f"{name} imports torch when it is loaded; import it inside a function"
for name in modules:
    importlib.import_module(name)

import numpy as np
from rscnav.comparison import crossnobis, dsa, rsa
from rscnav.export.tables import export_tables

calls = {
    "compare rsatoolbox": (
        lambda: crossnobis.noise_precision(np.eye(3), np.arange(3)),
        lambda: crossnobis.distances(np.ones((2, 3, 4))),
        lambda: rsa.correlations(np.ones((1, 3)), np.ones((1, 3))),
    ),
    "compare DSA": (lambda: dsa.distance(np.ones((2, 3, 4)), np.ones((2, 3, 4)), None, 0),),
    "export pyarrow": (lambda: export_tables(None, "not-made", "parquet"),),
}
for about, functions in calls.items():
    extra, package = about.split()
    for function in functions:
        try:
            function()
        except ImportError as error:
            expected = f"the package '{package}' is not installed; install it with: pip install 'rscnav[{extra}]'"
            assert str(error) == expected, error
        else:
            raise AssertionError(f"{about}: no error")
print(len(modules))
"""


@pytest.mark.slow
def test_every_module_is_imported_with_the_required_packages_alone(tmp_path):
    """All other packages of this environment are hidden: those of the extras, and what only they or development need."""
    there = required_by(core())
    hidden = [
        name
        for name, found in importlib.metadata.packages_distributions().items()
        if not {canonicalize_name(one) for one in found} & (there | {"rscnav"})
    ]
    assert {"rsatoolbox", "DSA", "pyarrow", "snakemake", "snakemake_interface_logger_plugins"} <= set(hidden)
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, ",".join(hidden)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(SRC)}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == len([*(SRC / "rscnav").rglob("*.py")]) - 1
    assert not [*tmp_path.iterdir()]


def test_lock_names_no_place_to_get_packages_from():
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text  # aiohttp is a package
    assert "file:" not in text
    assert "--" not in text


def test_every_data_file_of_the_package_is_installed():
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["rscnav"]
    package = SRC / "rscnav"
    installed = {path for pattern in patterns for path in package.glob(pattern)}
    there = {
        path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".nbi", ".nbc")
    }
    assert there == installed
