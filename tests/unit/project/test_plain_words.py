"""Text uses the field's words: docs, docstrings, comments, messages, labels."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import ROOT

# What is not written, and what is written in its place.
WORDS = {
    r"worlds?": "environment, task",
    r"besides?": "with, next to, compared with",
    r"apart(?! from)": "separate, separation, distance",
    r"alike": "similar, the same",
    r"alone": "only, autonomous",
    r"fresh(ly)?": "new, resampled",
    r"missed": "non-encounter, absent",
    r"(?:the|a|an|its|their|what|this|same|which|of) shares?|shares? of": "fraction",
    r"taken off|takes? off": "corrected, subtracted",
    r"told|tells?|telling": "distinguish, show, known",
    r"sa(?:id|ys?|ying)": "state, report, name",
    r"place decoded": "decoded position",
    r"push(?:es|ed)?": "perturbation",
    r"at rest": "fixed and slow points",
    r"way of the state": "distance along the trajectory",
    r"what is lost": "decrease in decoded probability",
    r"mends? itself": "restarts from the last good checkpoint",
    r"can bear|cannot bear": "need",
    r"will not do": "is not valid",
    r"page to look at": "quality report",
    r"(?:units? )?rolled|rolls?": "circular shift",
    r"counting noise": "Poisson noise",
    r"\d bit(?!s)": "bits",
    r"kept \d": "correlation LM1-LM2",
    r"dimension as it is": "uncorrected",
    r"its entropy": "entropy of tuning curves",
    r"without a brain": "baseline features",
    r"crumbs?": "rounding error",
    r"for company": "with",
    r"goes by|go by": "uses",
}
BANNED = {
    re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE): instead for pattern, instead in WORDS.items()
}
FIRST = re.compile(r"(?:Gives?|Says?|Tells?|Let|Look|Hand|Take)\b")  # a docstring says 'Return', 'Compute', 'Raise' ...

MARKDOWN = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "examples").rglob("*.md"),
    ROOT / "results" / "README.md",
]
PYTHON = [*(ROOT / "src").rglob("*.py"), *(ROOT / "workflow").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
COMMENTED = [
    ROOT / "Makefile", ROOT / "Snakefile", ROOT / "config.yaml", *(ROOT / "workflow").rglob("*.smk"), *(ROOT / "workflow").rglob("*.yaml"),
]  # fmt: skip


def prose_of_markdown(path: Path) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            yield number, re.sub(r"\]\([^)]*\)", "]", line)


def prose_of_python(path: Path) -> Iterator[tuple[int, str]]:
    """Comments, and all strings that are more than a word."""
    source = path.read_text()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield from enumerate(node.value.splitlines(), node.lineno)


def prose_of_comments(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if (start := re.search(r"(?:^|\s)#", line)) is not None:
            yield number, line[start.start() :]


def prose(path: Path) -> Iterator[tuple[int, str]]:
    reader = {".md": prose_of_markdown, ".py": prose_of_python}.get(path.suffix, prose_of_comments)
    for number, line in reader(path):
        yield number, re.sub(r"`+[^`]*`+", " ", line)


def hits(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: '{found.group()}' -> {instead}"
        for number, line in prose(path)
        for pattern, instead in BANNED.items()
        for found in pattern.finditer(line)
    ]


def first_words(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}: {docstring.split('.')[0]}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (docstring := ast.get_docstring(node)) and FIRST.match(docstring)
    ]


@pytest.mark.parametrize("kind", ["markdown", "python", "comments"])
def test_text_is_in_plain_words(kind):
    files = {"markdown": MARKDOWN, "python": PYTHON, "comments": COMMENTED}[kind]
    found = [line for path in sorted(files) for line in hits(path)]
    assert not found, "\n" + "\n".join(found)


def test_docstrings_begin_with_a_plain_verb():
    found = [line for path in sorted(PYTHON) for line in first_words(path)]
    assert not found, "\n" + "\n".join(found)


def test_the_test_sees_what_it_looks_for(tmp_path):
    (tmp_path / "x.md").write_text("Two worlds.\n```\nworlds\n```\n`worlds` and [a](worlds.md)\n")
    assert [number for number, line in prose(tmp_path / "x.md") if any(p.search(line) for p in BANNED)] == [1]
    (tmp_path / "x.py").write_text('"""Two worlds."""\n# alike\nkey = "alone"\ntext = f"{key} is alone"\n')
    assert [number for number, line in prose(tmp_path / "x.py") if any(p.search(line) for p in BANNED)] == [2, 1, 4]
