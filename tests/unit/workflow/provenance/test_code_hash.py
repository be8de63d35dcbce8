"""What counts as a change of code, and which modules and packages are the code of a job."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from rscnav.networks.registered_modules import network_code
from rscnav.workflow.provenance import import_closure as closures
from rscnav.workflow.provenance import package_versions as packages
from rscnav.workflow.provenance import syntax_hash as syntax
from rscnav.workflow.provenance.provenance import code_hash, package_versions

SNIPPET = r'''"""A module."""
from __future__ import annotations
from typing import TYPE_CHECKING
from rscnav.registry import Registry
if TYPE_CHECKING:
    from rscnav.seeds import Seeds
TABLE: Registry[str] = {"a": "b"}
A = (None, True, 1, 1.5, 2j, "ä\u0301\ue000", b"\x00", ..., -0.0, 10**40, u"old", r"\d")

class Shape(object, metaclass=type):
    """Doc."""
    x: int

@staticmethod
async def work(a, /, b: int = 1, *c, d, e=2, **f) -> None:
    """Doc."""
    from os.path import join
    async with a as g, b: pass
    async for h in c: yield h
    try:
        x = [i async for i in f if i] + [*c]; y = {**f, 'k': None}; z = {i for i in c}
    except* ValueError as error: raise KeyError from error
    match a:
        case {"k": [1, *rest], **more} | int(real=0): global q
        case None: keep = lambda: (yield)
    while (n := 1) < 2 <= 3: del x[1:2, ::3], y.z
    return f"a{x!r:>{b}}b" "c" f"{x=}{{}}{y:{a}.{b}}" f"" 'd'
'''
SNIPPET_DIGEST = "45a92b5cbc961a9e0349540e52c1a0acda31f136fafd0262a3e03eeb5d3925af"


def digest(text: str) -> str:
    return syntax.read_source(text).digest


def test_comments_docstrings_and_formatting_do_not_count():
    plain = "import os\ndef f(a, b=1): return [a, b]\nclass C: x: int = 1\n"
    dressed = (
        '"""Module."""\n\n\n# a comment\nimport os\n\n\ndef f(\n    a,\n    b=1,  # why\n):\n    """Doc."""\n\n'
        '    return [\n        a,\n        b]\n\nclass C:\n    """Doc."""\n    x: int = (1)\n    """Doc of x."""\n'
    )
    assert digest(dressed) == digest(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 'None'", "x = None"),
        ("x = ''", "x = None"),
        ("x = '1'", "x = b'1'"),
        ("f(a, b)", "f(a, b=b)"),
        ("f(a)(b)", "f(a, b)"),
        ("[a, [b]]", "[a, b]"),
        ("[[a], b]", "[a, [b]]"),
        ("def f(a, b=1): pass", "def f(a=1, b=1): pass"),
        ("def f(*, a, b=1): pass", "def f(*, a=1, b): pass"),
        ("{a: b, **c}", "{**c, a: b}"),
        ("if a: b\nelse: c", "if a: b\nc"),
        ("for i in a: b", "async def f():\n for i in a: b"),
        ("x = f'{a}b'", "x = f'{a!r}b'"),
        ("x = f'{a}b'", "x = f'b{a}'"),
        ("x = 'text'", "x: str = 'text'"),
        ("a - b", "a + b"),
        ("from a import b", "from .a import b"),
        ("x = 1\ny = 2", "y = 2\nx = 1"),
        ("A: dict[str, str] = {'a': 'b'}", "A: dict[str, str] = {'a': 'c'}"),
    ],
)
def test_what_runs_otherwise_counts(one, other):
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A: Registry[str] = {'a': 'b'}", "A: Registry[str] = {'a': 'b', 'c': 'd'}"),
        ("A: Registry = {}", "A: Registry = {'a': C(1)}"),
        ("x: int = Field(1, description='old')", "x: int = Field(1, description='new words')"),
        ("if TYPE_CHECKING:\n    import a", "if typing.TYPE_CHECKING:\n    import b, c"),
        ("x = f'a{b}' 'c{' f'{d}'", "x = f'a{b}c{{{d}'"),
    ],
)
def test_what_changes_no_result_does_not_count(one, other):
    assert digest(one) == digest(other)


def test_the_hash_of_a_snippet_is_a_fixed_one():
    """What another version of Python, or of our reading, would give for the same text must not change by accident."""
    assert digest(SNIPPET) == SNIPPET_DIGEST


def interpreters() -> list[Path]:
    """List other versions of Python on this machine (pyenv's)."""
    found = Path.home().glob(".pyenv/versions/3.1[1-3].*/bin/python")
    return sorted(found)


def test_all_files_have_the_same_hash_on_every_version_of_python(tmp_path):
    names = sorted(str(path) for path in closures.ROOT.rglob("*.py"))
    (tmp_path / "snippet.py").write_text(SNIPPET, encoding="utf-8")
    names.append(str(tmp_path / "snippet.py"))
    here = [digest(Path(name).read_text(encoding="utf-8")) for name in names]
    assert here[-1] == SNIPPET_DIGEST
    script = (
        f"import sys\nsys.path.insert(0, {str(Path(syntax.__file__).parent)!r})\nimport syntax_hash as syntax\n"
        "for name in sys.stdin.read().split('\\n'): print(syntax.read_source(open(name, encoding='utf-8').read()).digest)"
    )
    for python in interpreters():
        run = subprocess.run(
            [python, "-I", "-c", script], input="\n".join(names), capture_output=True, text=True, check=True
        )
        other = run.stdout.split()
        assert [name for name, a, b in zip(names, here, other, strict=True) if a != b] == [], python


def test_imports_are_found_wherever_they_stand():
    text = (
        "import a.b as c\nfrom d import e, f\ndef g():\n    from h import i\n    try:\n        import j\n"
        "    except ImportError:\n        import k\nif TYPE_CHECKING:\n    import no\nelse:\n    import yes\n"
        "from . import sibling\nimportlib.import_module('l.m')\nimportlib.import_module(name)\n"
    )
    found = {(one.line, one.module, one.names, one.level) for one in syntax.read_source(text).imports}
    assert found == {
        (1, "a.b", (), 0),
        (2, "d", ("e", "f"), 0),
        (4, "h", ("i",), 0),
        (6, "j", (), 0),
        (8, "k", (), 0),
        (12, "yes", (), 0),
        (13, "", ("sibling",), 1),
        (14, "l.m", (), 0),
        (15, "", (), 0),
    }


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package of the name rscnav; returns a function that adds files to it."""
    root = tmp_path / "rscnav"

    def add(**files: str) -> None:
        for name, text in files.items():
            path = root / f"{name.replace('__', '/') if not name.endswith('__') else name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    monkeypatch.setattr(closures, "ROOT", root)
    for cached in (closures.source, closures.front, closures._followed):
        cached.cache_clear()
    yield add
    for cached in (closures.source, closures.front, closures._followed):
        cached.cache_clear()


def front_of(names: str) -> str:
    return f"import lazy_loader\n__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs={names})\n"


def write_front(package, names: str, more: str = "") -> None:
    package(front__maker="from rscnav.other import helper\ndef make(): pass\n", other="helper = 1\n")
    (closures.ROOT / "front" / "__init__.py").write_text(front_of(names) + more)


def test_a_front_leads_to_the_module_that_has_the_name(package):
    write_front(package, "{'maker': ['make']}")
    package(job="def f():\n    from rscnav.front import make\n")
    assert closures.closure("rscnav.job").modules == ("rscnav.front.maker", "rscnav.job", "rscnav.other")
    before = code_hash("rscnav.job")
    (closures.ROOT / "other.py").write_text("helper = 2\n")
    closures.source.cache_clear()
    assert code_hash("rscnav.job") != before


@pytest.mark.parametrize(
    ("statement", "shown"),
    [
        ("from rscnav.front import gone", "imports 'gone' from 'rscnav.front'"),
        ("from rscnav.front import *", r"imports '\*' from 'rscnav.front'"),
        ("import rscnav.front", "imports the package 'rscnav.front' as a whole"),
        ("from rscnav import front", "imports the package 'rscnav.front' as a whole"),
        ("from . import front", "imports the package 'rscnav.front' as a whole"),
        ("import rscnav.gone", "imports 'rscnav.gone', but there is no such module"),
        ("from rscnav.gone import x", "imports 'rscnav.gone', but there is no such module"),
        ("importlib.import_module(name)", "imports a module by name; use rscnav.registry"),
        ("__import__(name)", "imports a module by name; use rscnav.registry"),
    ],
)
def test_an_import_that_cannot_be_followed_is_refused_with_its_line(package, statement, shown):
    write_front(package, "{'maker': ['make']}")
    (closures.ROOT / "__init__.py").write_text("")
    package(job=f"import os\n{statement}\n")
    with pytest.raises(ValueError, match=rf"job.py, line 2: {shown}"):
        code_hash("rscnav.job")


@pytest.mark.parametrize("more", ["x = 1", "from rscnav.other import helper", "def f(): pass", "__all__ = [*x]"])
def test_code_in_a_front_is_refused(package, more):
    write_front(package, "{'maker': ['make']}", more)
    package(job="from rscnav.front import make")
    with pytest.raises(ValueError, match=r"front/__init__.py, line 3: code in __init__.py is part of no hash"):
        code_hash("rscnav.job")


def test_names_of_a_stub_are_followed_to_their_modules(package):
    package(job="from rscnav.front import make", front__maker="def make(): ...\n")
    front = closures.ROOT / "front"
    (front / "__init__.py").write_text(
        '"""Doc."""\nimport lazy_loader\n__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)\n'
    )
    (front / "__init__.pyi").write_text("from .maker import make as make\n\n__version__: str\n")
    assert closures.closure("rscnav.job").modules == ("rscnav.front.maker", "rscnav.job")


def test_relative_imports_are_followed(package):
    package(a__b="from .c import x\nfrom ..d import y\n", a__c="x = 1\n", d="y = 1\n")
    assert closures.closure("rscnav.a.b").modules == ("rscnav.a.b", "rscnav.a.c", "rscnav.d")


def test_a_data_file_of_a_modules_name_belongs_to_it(package):
    package(job="from rscnav.style import x\n", style="x = 1\n", other="x = 1\n")
    before = code_hash("rscnav.job")
    (closures.ROOT / "other.mplstyle").write_text("font.size: 7\n")
    assert code_hash("rscnav.job") == before
    (closures.ROOT / "style.mplstyle").write_text("font.size: 7\n")
    seven = code_hash("rscnav.job")
    (closures.ROOT / "style.mplstyle").write_text("font.size: 8\n")
    assert len({before, seven, code_hash("rscnav.job")}) == 3


def test_every_module_of_the_package_can_be_followed():
    for path in closures.ROOT.rglob("*.py"):
        module = ".".join(["rscnav", *path.relative_to(closures.ROOT).with_suffix("").parts])
        if path.name != "__init__.py" and module != "rscnav.cli.main":  # which finds commands by name
            assert module in closures.closure(module).modules


def test_imported_packages_are_known():
    """A package that is new here has to be listed: does its version count, or not?"""
    import sys

    modules = [
        ".".join(["rscnav", *path.relative_to(closures.ROOT).with_suffix("").parts])
        for path in closures.ROOT.rglob("*.py")
        if path.name not in ("__init__.py", "main.py")
    ]
    imported = set(closures.closure(*modules).packages) - sys.stdlib_module_names
    assert imported <= set(packages.NUMERICAL) | packages.WITHOUT_EFFECT


def network(cell: str, rule: str, task: str = "ring-fixed") -> SimpleNamespace:
    return SimpleNamespace(cell=cell, task=task, training=SimpleNamespace(learning_rule=SimpleNamespace(name=rule)))


def test_training_depends_on_what_the_network_is_made_of_and_no_more():
    closure = set(closures.closure("rscnav.cli.train", *network_code(network("gru", "bptt"), trains=True)).modules)
    assert {
        "rscnav.networks.training.trainer",
        "rscnav.tasks.ring",
        "rscnav.observers.grid_filter",
        "rscnav.seeds",
    } <= closure
    assert {
        "rscnav.networks.cells.gated",
        "rscnav.networks.cells.gru_numba",
        "rscnav.networks.learning_rules.bptt",
    } <= closure
    assert not {"rscnav.tasks.arena", "rscnav.observers.arena", "rscnav.tasks.ring_internal_map"} & closure
    assert not {"rscnav.networks.cells.non_recurrent", "rscnav.networks.cells.vanilla"} & closure
    assert not {"rscnav.networks.learning_rules.eprop", "rscnav.networks.learning_rules.crbp"} & closure
    foreign = [m for m in closure if m.split(".")[1] in ("analyses", "figures", "sessions", "config")]
    assert not foreign
    assert "rscnav.networks.learning_rules.eprop" in network_code(network("leaky", "e-prop"), trains=True)
    assert "rscnav.networks.learning_rules.eprop" not in network_code(network("leaky", "e-prop"))
    assert "rscnav.networks.cells.vanilla" in network_code(network("leaky", "e-prop"))


def test_versions_of_the_packages_behind_a_job_count(monkeypatch):
    modules = ("rscnav.cli.plot", "rscnav.figures.learning")
    assert "matplotlib" in package_versions(*modules)
    assert "torch" not in package_versions("rscnav.cli.plot", "rscnav.figures.learning")
    assert "matplotlib" not in package_versions("rscnav.cli.train")
    before = code_hash(*modules), code_hash("rscnav.cli.pool")
    version = packages.importlib.metadata.version
    monkeypatch.setattr(
        packages.importlib.metadata, "version", lambda name: "99.0" if name == "matplotlib" else version(name)
    )
    packages._version.cache_clear()
    after = code_hash(*modules), code_hash("rscnav.cli.pool")
    packages._version.cache_clear()
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_build_for_another_device_is_the_same_version(monkeypatch):
    monkeypatch.setattr(packages.importlib.metadata, "version", lambda name: "2.13.0+cu130")
    packages._version.cache_clear()
    assert packages.versions(["torch", "os", "yaml"]) == "torch 2.13.0"
    packages._version.cache_clear()
