"""Rules of the source folders: their size, the names of their modules, and the list of modules in each package's docstring."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import rscnav
from rscnav.analyses.registry import ANALYSES
from rscnav.cli.main import COMMANDS
from rscnav.figures.registry import FIGURES
from rscnav.tasks.registry import TASKS

ROOT = Path(rscnav.__file__).parent
MAX_ENTRIES = 25
SHARED_NAMES = {"settings", "registry", "base"}  # names with one meaning in every folder
LISTED = re.compile(r"^- ``(\w+)`` {2,}\S", re.MULTILINE)
PACKAGES = sorted(path.parent for path in ROOT.rglob("__init__.py"))


def dotted(path: Path) -> str:
    return ".".join(["rscnav", *path.relative_to(ROOT).parts]).removesuffix(".py")


def entries(folder: Path) -> set[str]:
    """Names of the modules and packages in a folder, ``__init__`` included."""
    modules = {path.stem for path in folder.glob("*.py")}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


def report(problems: list[str]) -> None:
    assert not problems, "\n" + "\n".join(problems)


def test_every_folder_is_a_package():
    folders = {path.parent for path in ROOT.rglob("*.py")}
    report([f"{dotted(folder)}: has no __init__.py; add one" for folder in sorted(folders - set(PACKAGES))])


def test_folders_are_small():
    report(
        [
            f"{dotted(folder)}: {len(entries(folder))} modules and packages, at most {MAX_ENTRIES} are valid; "
            "move those of one topic into a package"
            for folder in PACKAGES
            if len(entries(folder)) > MAX_ENTRIES
        ]
    )


@pytest.mark.parametrize("registry", [ANALYSES, FIGURES, TASKS], ids=["analyses", "figures", "tasks"])
def test_modules_are_named_as_in_their_registry(registry):
    problems = []
    for name, module in registry.items():
        expected = name.replace("-", "_")
        if module.rpartition(".")[2] != expected:
            problems.append(f"'{name}' is in {module}; rename the module to {expected}")
    report(problems)


def test_every_command_has_a_module_of_its_name():
    problems = []
    for command in COMMANDS:
        name = command.replace("-", "_")
        found = [dotted(path) for path in (ROOT / "cli").rglob(f"{name}.py")]
        if len(found) != 1:
            what = f"in several modules ({', '.join(found)})" if found else "in no module"
            problems.append(f"command '{command}' is {what}; expected one module {name} in rscnav.cli")
    report(problems)


@pytest.mark.parametrize("folder", PACKAGES, ids=dotted)
def test_docstring_of_a_package_lists_its_modules(folder):
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    listed = LISTED.findall(docstring)
    there = entries(folder) - {"__init__"}
    where = f"{dotted(folder)}.__init__"
    missing = [
        f"{where}: add a line '- ``{name}``  what it is' to the docstring" for name in sorted(there - set(listed))
    ]
    unknown = [
        f"{where}: lists '{name}', which is not in the folder; remove the line" for name in sorted(set(listed) - there)
    ]
    twice = [f"{where}: lists '{name}' twice; remove a line" for name in sorted(set(listed)) if listed.count(name) > 1]
    report(missing + unknown + twice)


def test_modules_of_a_package_have_different_names():
    """So that a name, in a traceback or an editor's list of files, is one module. Exceptions are in the condition below."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in sorted(ROOT.glob("*/**/*.py")):
        folder = path.parent.name
        if path.stem == "__init__" or path.stem in SHARED_NAMES or path.stem == folder or folder == "settings":
            continue
        found[path.relative_to(ROOT).parts[0], path.stem].append(dotted(path))
    report(
        [
            f"rscnav.{package}: several modules are named '{name}' ({', '.join(modules)}); rename all but one by their content"
            for (package, name), modules in found.items()
            if len(modules) > 1
        ]
    )


def test_classes_have_different_names():
    """Every task has a class `Task` and every group of settings may be a `Settings`: that is the contract of their modules."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name not in ("Settings", "Task"):
                found[node.name].append(dotted(path))
    report(
        [
            f"class {name}: in {', '.join(modules)}; rename all but one by what it holds"
            for name, modules in found.items()
            if len(modules) > 1
        ]
    )
