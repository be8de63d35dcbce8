"""Every path and name that a shell text of the workflow holds is quoted, whatever a file or folder may be called."""

import ast
import re

import pytest

from helpers import ROOT

FILES = sorted([ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")])
NUMBERS = {"MOST", "UNITS", "TRUTH_TRIALS"}  # options made of numbers alone


def shell_texts(text):
    """List the texts of ``shell:``, their pieces joined."""
    found = []
    for block in re.findall(r'^( *)shell:\n((?:\1 +"[^\n]*\n)+)', text, re.MULTILINE):
        found.append("".join(ast.literal_eval(line.strip()) for line in block[1].splitlines()))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_placeholder_is_quoted(path):
    text = path.read_text()
    texts = shell_texts(text)
    assert len(texts) == len(re.findall(r"^ *shell:", text, re.MULTILINE))
    for shell in texts:
        for name, form in re.findall(r"(?<!\{)\{([^{}:]+)(:?[^{}]*)\}", shell):
            assert form == ":q" or name in NUMBERS, f"{{{name}{form}}} in: {shell}"


def test_the_check_sees_what_is_not_quoted():
    text = 'rule x:\n    shell:\n        "a {input:q} "\n        "b {output} {params.x:>3}"\n'
    assert shell_texts(text) == ["a {input:q} b {output} {params.x:>3}"]
    assert sum(len(shell_texts(path.read_text())) for path in FILES) >= 20
