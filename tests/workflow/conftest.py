"""Projects to run workflows in: one of its own for a test, or one that a file's tests share. Their tests come first of all."""

from pathlib import Path

import pytest

from helpers.project import copy_project


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests of whole workflows, and put them first: last, the longest would keep one core busy while the other is idle."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.workflow)
    items.sort(key=lambda item: here not in item.path.parents)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="module")
def shared_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("workflow") / "project")
