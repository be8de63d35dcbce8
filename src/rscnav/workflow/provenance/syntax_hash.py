"""Hash of the syntax tree of a source file, and its imports.

The hash is the same on all supported versions of Python. The output of `ast.dump` is not: versions add fields and split f-strings
differently. Only the standard library is needed.
"""

import ast
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

REGISTRY = "Registry"  # annotation of the tables whose entries are left out: `rscnav.registry`
NOT_HASHED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})  # no effect on what runs


@dataclass(frozen=True)
class Import:
    """One import statement."""

    line: int
    module: str  # absolute or, with `level` above 0, relative; empty where the name of the module is not a literal
    names: tuple[str, ...] = ()  # of ``from module import names``; empty for ``import module``
    level: int = 0  # leading dots


@dataclass(frozen=True)
class Source:
    """Hash of the syntax tree of one file, and its imports, at the top and inside functions.

    Comments, docstrings, formatting, imports for type checkers (``if TYPE_CHECKING``), descriptions of settings
    (``Field(description=...)``) and the entries of registries do not count.
    """

    digest: str
    imports: tuple[Import, ...]


def read_source(text: str, name: str = "<source>") -> Source:
    """Read the source text of one file.

    Raises
    ------
    SyntaxError
        With the file's name and the line.
    """
    parts: list[str] = []
    imports: list[Import] = []
    _write(ast.parse(text, name), parts.append, imports)
    written = "\0".join(parts).encode("utf-8", "surrogatepass")
    return Source(hashlib.sha256(written).hexdigest(), tuple(imports))


def statements_of(text: str, name: str = "<source>") -> list[ast.stmt]:
    """Parse a file and return its top-level statements without docstrings."""
    return list(_run(ast.parse(text, name).body))


def _write(node: Any, put: Callable[[str], None], imports: list[Import]) -> None:
    """Write a tree as a list of words: type of each node, its fields that are not empty, and their values."""
    if not isinstance(node, ast.AST):
        put(_text(node))
        return
    kind = node.__class__
    put(kind.__name__)
    change = _CHANGES.get(kind)
    if change is not None:
        change(node)
    look = _IMPORTS.get(kind)
    if look is not None:
        imports.extend(look(node))
    for field in kind._fields:
        value = getattr(node, field, None)
        if value is None or field in NOT_HASHED:
            continue
        if value.__class__ is list:
            items = list(_run(value)) if field in _BODIES else value
            if items:
                put(field)
                put(str(len(items)))
                for item in items:
                    _write(item, put, imports)
        else:
            put(field)
            _write(value, put, imports)


_BODIES = frozenset({"body", "orelse", "finalbody"})


def _text(value: Any) -> str:
    """Return a constant as text; strings unchanged, since their `repr` depends on the version of Unicode."""
    return f"str {value}" if value.__class__ is str else f"{value.__class__.__name__} {value!r}"


def _run(body: list[Any]) -> Iterator[Any]:
    """Yield the statements of a body, without docstrings and imports for type checkers."""
    for statement in body:
        if isinstance(statement, ast.Expr) and _is_string(statement.value):
            continue
        if isinstance(statement, ast.If) and _is_type_checking(statement.test):
            yield from _run(statement.orelse)
        else:
            yield statement


def _is_string(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_type_checking(test: ast.expr) -> bool:
    name = test.id if isinstance(test, ast.Name) else test.attr if isinstance(test, ast.Attribute) else ""
    return name == "TYPE_CHECKING"


def _drop_entries(node: ast.AnnAssign) -> None:
    """Drop the value of a registry: ``NAME: Registry[...] = {...}``."""
    annotation = node.annotation.value if isinstance(node.annotation, ast.Subscript) else node.annotation
    if isinstance(annotation, ast.Name) and annotation.id == REGISTRY:
        node.value = None


def _join(node: ast.JoinedStr) -> None:
    """Join neighbouring constants of an f-string, which versions of Python split differently."""
    joined: list[ast.expr] = []
    for part in node.values:
        if isinstance(part, ast.Constant) and joined and isinstance(joined[-1], ast.Constant):
            joined[-1] = ast.Constant(joined[-1].value + part.value)  # type: ignore[operator]
        elif not (isinstance(part, ast.Constant) and part.value == ""):
            joined.append(part)
    node.values = joined


def _drop_description(node: ast.Call) -> None:
    """Drop the description of a setting, which no code reads."""
    if isinstance(node.func, ast.Name) and node.func.id == "Field":
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]


_CHANGES: dict[type, Callable[[Any], None]] = {
    ast.AnnAssign: _drop_entries,
    ast.JoinedStr: _join,
    ast.Call: _drop_description,
}


def _imported(node: ast.Import) -> Iterator[Import]:
    for alias in node.names:
        yield Import(node.lineno, alias.name)


def _imported_from(node: ast.ImportFrom) -> Iterator[Import]:
    yield Import(node.lineno, node.module or "", tuple(alias.name for alias in node.names), node.level)


def _imported_by_name(node: ast.Call) -> Iterator[Import]:
    """Yield the import of a call of ``importlib.import_module`` or ``__import__``."""
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called in ("import_module", "__import__"):
        name = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
        yield Import(node.lineno, name if isinstance(name, str) else "")


_IMPORTS: dict[type, Callable[[Any], Iterator[Import]]] = {
    ast.Import: _imported,
    ast.ImportFrom: _imported_from,
    ast.Call: _imported_by_name,
}
