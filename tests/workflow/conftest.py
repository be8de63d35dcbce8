"""Projects to run workflows in: one of its own for a test, or one that a file's tests share. Their tests come first of all."""

from pathlib import Path

import pytest
from tiny_project import copy_project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whole workflows, which take longest, first: last they would keep one core busy while the other has nothing to do."""
    items.sort(key=lambda item: Path(__file__).parent not in item.path.parents)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("workflow") / "project")
