"""What the docs name is there: public names, files, keys of the configuration."""

import importlib
import re

import pytest

from helpers import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = sorted(set(re.findall(r"`(rscnav(?:\.[a-z_]+)*\.\w+)[(`]", (ROOT / "docs" / "api.md").read_text())))


@pytest.mark.parametrize("name", NAMES)
def test_public_names_are_there_and_documented(name):
    module, _, attribute = name.rpartition(".")
    found = getattr(importlib.import_module(module), attribute)
    assert found.__doc__


def test_the_page_of_names_is_read():
    assert len(NAMES) >= 18


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text()
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / target).exists(), target
    for path in re.findall(r"`((?:src|tests|workflow|notebooks|examples)/[\w./-]+)`", text):
        assert (ROOT / path).exists(), path
