"""The examples in docstrings run and show what comes out; every name of docs/api.md has one."""

import ast
import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from helpers import ROOT

TABLE_ROW = re.compile(r"^\| (`.+?) \|", re.MULTILINE)
NAME = re.compile(r"`(rscnav(?:\.\w+)+)(?:\([^`]*\))?`")
PROMPT = re.compile(r"^\s*>>>", re.MULTILINE)
NAMES = [name for cell in TABLE_ROW.findall((ROOT / "docs" / "api.md").read_text()) for name in NAME.findall(cell)]


@pytest.fixture(autouse=True)
def _one_thread():
    """Small tensors: several threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def found(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def failures(test: doctest.DocTest) -> str:
    """What the examples of one docstring print instead of what they show; '' if they are right."""
    report: list[str] = []
    doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=report.append)
    return "".join(report)


def examples_in(path: Path) -> Iterator[doctest.DocTest]:
    """The examples in all strings of a source file, also in docstrings that `doctest` does not look at."""
    source = path.read_text()
    if not PROMPT.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PROMPT.search(node.value):
            text = inspect.cleandoc(node.value)
            yield doctest.DocTestParser().get_doctest(text, {}, path.stem, str(path), node.lineno)


def test_the_table_of_names_is_read():
    rows = [line for line in (ROOT / "docs" / "api.md").read_text().splitlines() if line.startswith("| `rscnav")]
    assert len(set(NAMES)) == len(NAMES) >= len(rows) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_public_name_is_right(name):
    (test,) = doctest.DocTestFinder(recurse=False, exclude_empty=False).find(found(name), name, globs={})
    call = re.compile(rf"\b{name.rpartition('.')[2]}\(")
    assert any(call.search(example.source) for example in test.examples), f"{name}: no example calls it"
    assert not any(doctest.SKIP in example.options for example in test.examples), f"{name}: an example is skipped"
    assert not (report := failures(test)), "\n" + report


def test_every_other_example_in_the_source_is_right():
    promised = {inspect.cleandoc(found(name).__doc__) for name in NAMES}
    others = [test for path in sorted((ROOT / "src").rglob("*.py")) for test in examples_in(path)]
    wrong = [report for test in others if test.docstring not in promised and (report := failures(test))]
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_wrong_example_is_reported(tmp_path):
    (tmp_path / "x.py").write_text('def f():\n    """Return.\n\n    >>> 1 + 1\n    2\n    >>> 1 + 2\n    4\n    """\n')
    (test,) = examples_in(tmp_path / "x.py")
    report = failures(test)
    assert "Expected:\n    4\nGot:\n    3" in report
    assert "1 + 1" not in report
