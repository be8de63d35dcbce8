"""Transitive imports of modules of rscnav, read from their source.

An import that cannot be followed raises an error, so that a hash never leaves out code unnoticed.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import rscnav
from rscnav.errors import InvalidValueError
from rscnav.workflow.provenance.syntax_hash import Import, Source, read_source, statements_of

ROOT = Path(rscnav.__file__).parent
APART = (
    "rscnav.config",  # values of settings are a separate trigger: `rscnav.config.job_settings`
    "rscnav.settings",  # checks of values
    "rscnav.workflow.jobs",  # plans of jobs
)
BY_NAME = "rscnav.registry"  # only this module may import by a name that is computed at run time


@dataclass(frozen=True)
class Closure:
    """Transitive imports of some modules, the modules themselves included.

    `modules` are modules of rscnav, except ``__init__`` of packages, which only re-export names, and modules of the packages in
    `APART`. `packages` are the top-level names of all other imported packages.
    """

    modules: tuple[str, ...]  # in order of name
    packages: tuple[str, ...]  # the standard library included


def closure(*modules: str) -> Closure:
    """Return the transitive imports of modules: at the top and inside functions, without imports for type checkers.

    ``from rscnav.export import export_nwb`` is followed through ``__init__`` of the package `rscnav.export` to the module that
    defines the name.

    Parameters
    ----------
    *modules : str
        Dotted names, for example ``"rscnav.cli.train"``. Modules that are imported by name at run time
        (`rscnav.registry`) must be listed here.

    Raises
    ------
    InvalidValueError
        For an import that cannot be followed; the message names file and line.
    """
    found: set[str] = set()
    packages: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            inside, outside = _followed(name)
            waiting.extend(inside)
            packages.update(outside)
    return Closure(tuple(sorted(found)), tuple(sorted(packages)))


@cache
def source(module: str) -> Source:
    """Read the source of one module of rscnav.

    Raises
    ------
    InvalidValueError
        If there is no such module, or it is a package.
    """
    path = _path(module).with_suffix(".py")
    if not path.is_file():
        what = "is a package; name a module in it" if _is_package(module) else f"has no file {path}"
        raise InvalidValueError(f"code of '{module}': {what}")
    return read_source(path.read_text(encoding="utf-8"), str(path))


def data_files(module: str) -> list[Path]:
    """Return the data files of a module, sorted: files in its folder with its name and another ending."""
    path = _path(module)
    return sorted(file for file in path.parent.glob(f"{path.name}.*") if file.suffix not in (".py", ".pyi"))


def _path(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")[1:])


def _is_package(module: str) -> bool:
    return (_path(module) / "__init__.py").is_file()


def _is_module(module: str) -> bool:
    return _path(module).with_suffix(".py").is_file()


@cache
def _followed(module: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the modules of rscnav, and the names of other packages, that one module imports directly."""
    inside: list[str] = []
    outside: list[str] = []
    for found in source(module).imports:
        name = _absolute(found, module)
        if not name:
            if module != BY_NAME:
                _refuse(module, found, f"imports a module by name; use {BY_NAME}, and let the caller name the module")
        elif name.split(".")[0] != "rscnav":
            outside.append(name.split(".")[0])
        elif not _apart(name):
            inside += _modules(module, found, name)
    return tuple(inside), tuple(outside)


def _apart(name: str) -> bool:
    """Return whether a module belongs to a package of `APART`."""
    return any((name + ".").startswith(package + ".") for package in APART)


def _modules(module: str, found: Import, name: str) -> list[str]:
    """Return the modules of rscnav that one import statement imports."""
    if name == "rscnav" and not found.names:
        return []  # the package itself: its version and its path
    if not _is_package(name):
        if not _is_module(name):
            _refuse(module, found, f"imports '{name}', but there is no such module")
        return [name]
    if not found.names:
        _refuse_package(module, found, name)
    return [_behind_front(module, found, name, wanted) for wanted in found.names if not _apart(f"{name}.{wanted}")]


def _behind_front(module: str, found: Import, package: str, wanted: str) -> str:
    """Return the module that defines a name imported from a package."""
    if _is_module(f"{package}.{wanted}"):
        return f"{package}.{wanted}"
    if _is_package(f"{package}.{wanted}"):
        _refuse_package(module, found, f"{package}.{wanted}")
    passed_on = front(package)
    if wanted not in passed_on:
        front_file = _path(package) / "__init__.py"
        _refuse(
            module,
            found,
            f"imports '{wanted}' from '{package}': no module has that name, and {front_file} does not export it "
            f"(it exports: {', '.join(passed_on) or 'nothing'}); import it from the module that defines it",
        )
    return passed_on[wanted]


@cache
def front(package: str) -> dict[str, str]:
    """Return the names that ``__init__`` of a package exports, each with the module that defines it.

    Raises
    ------
    InvalidValueError
        If ``__init__`` contains more than a docstring, ``__version__`` and ``lazy_loader.attach(__name__, submod_attrs={...})`` or ``lazy_loader.attach_stub(__name__, __file__)``,
        since an ``__init__`` is in no hash.
    """
    path = _path(package) / "__init__.py"
    names: dict[str, str] = {}
    for statement in statements_of(path.read_text(encoding="utf-8"), str(path)):
        call = getattr(statement, "value", None)
        if isinstance(statement, ast.Assign) and isinstance(call, ast.Call) and ast.unparse(call) == ATTACH_STUB:
            names |= _of_stub(path.with_suffix(".pyi"), package)
            continue
        if isinstance(statement, ast.Assign) and isinstance(call, ast.Call) and ast.unparse(call.func) == ATTACH:
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            if set(given) == {"submod_attrs"}:
                table = ast.literal_eval(given["submod_attrs"])
                names |= {name: f"{package}.{module}" for module, all_names in table.items() for name in all_names}
                continue
        if not (_is_dunder(statement) or ast.unparse(statement) == "import lazy_loader"):
            raise InvalidValueError(
                f"{path}, line {statement.lineno}: code in __init__.py is part of no hash; it may contain only a "
                f"docstring, __version__ and {ATTACH}(__name__, submod_attrs={{...}}); move the code into a module"
            )
    return names


def _of_stub(path: Path, package: str) -> dict[str, str]:
    """Return the names that a stub of a package imports, each with the module that defines it."""
    statements = statements_of(path.read_text(encoding="utf-8"), str(path))
    imports = (statement for statement in statements if isinstance(statement, ast.ImportFrom))
    return {alias.name: f"{package}.{found.module}" for found in imports for alias in found.names}


ATTACH = "lazy_loader.attach"
ATTACH_STUB = "lazy_loader.attach_stub(__name__, __file__)"


def _is_dunder(statement: ast.stmt) -> bool:
    """Return whether a statement assigns a constant to a name like ``__version__``."""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and all(isinstance(target, ast.Name) and target.id.startswith("__") for target in statement.targets)
    )


def _absolute(found: Import, module: str) -> str:
    """Return the absolute name of the imported module; empty if it is known only at run time."""
    if not found.level:
        return found.module
    parts = module.split(".")[: -found.level]
    return ".".join([*parts, *filter(None, [found.module])])


def _refuse_package(module: str, found: Import, package: str) -> NoReturn:
    _refuse(module, found, f"imports the package '{package}' as a whole; import names from it, or its modules")


def _refuse(module: str, found: Import, words: str) -> NoReturn:
    raise InvalidValueError(f"{_path(module).with_suffix('.py')}, line {found.line}: {words}")
