"""Projects to run workflows in: one of its own for a test, or one that a file's tests share."""

from pathlib import Path

import pytest
from tiny_project import copy_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("workflow") / "project")
