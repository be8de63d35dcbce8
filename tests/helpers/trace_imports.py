"""Run commands of rscnav, each in a process of its own, and write down who imported what.

``python trace_imports.py OUTPUT.json`` reads a list of commands, ``[[name, argument, ...], ...]``, as JSON from standard
input. Packages from elsewhere are loaded once, before the processes are forked; modules of rscnav are loaded anew in each.
"""

import builtins
import contextlib
import importlib
import importlib.util
import json
import os
import sys
import traceback
from pathlib import Path

HEAVY = (
    "h5py", "hdmf_zarr", "matplotlib.pyplot", "numba", "numpy", "pandas", "pyarrow", "pydantic", "pynwb", "scipy.signal",
    "scipy.stats", "torch", "yaml",
)  # fmt: skip
CONFIG = ("rscnav.config.", "rscnav.settings.", "rscnav.workflow.jobs.")  # in no job's code


class Trace:
    """Records imports: by the module whose code has the statement, and those by name outside the configuration."""

    def __init__(self) -> None:
        self.edges: set[tuple[str, str]] = set()
        self.by_name: set[str] = set()
        self._import, self._import_module = builtins.__import__, importlib.import_module

    def start(self) -> None:
        builtins.__import__ = self.imported
        importlib.import_module = self.imported_by_name

    def imported(self, name, globals=None, locals=None, fromlist=(), level=0):
        """Stand in for `builtins.__import__`."""
        result = self._import(name, globals, locals, fromlist, level)
        importer = (globals or {}).get("__name__") or ""
        if importer.startswith("rscnav"):
            base = (
                importlib.util.resolve_name("." * level + name, (globals or {}).get("__package__")) if level else name
            )
            self.edges.add((importer, base))
            for wanted in fromlist or ():
                self.edges.add((importer, self._home(result, base, wanted)))
        return result

    def imported_by_name(self, name, package=None):
        """Stand in for `importlib.import_module`."""
        result = self._import_module(name, package)
        frame, modules = sys._getframe(1), []
        while frame is not None:
            modules.append(frame.f_globals.get("__name__", ""))
            frame = frame.f_back
        if name.startswith("rscnav.") and not any(f"{module}.".startswith(CONFIG) for module in modules):
            self.by_name.add(name)
        return result

    @staticmethod
    def _home(result, base, wanted):
        """Name the module that something was imported from: a submodule, or the one behind a package's front."""
        if f"{base}.{wanted}" in sys.modules:
            return f"{base}.{wanted}"
        home = getattr(getattr(result, wanted, None), "__module__", None)
        return home if isinstance(home, str) and home.startswith(f"{base}.") else base

    def reached(self, command: str) -> tuple[list[str], list[str]]:
        """List what the command's code led to, not by way of the configuration: modules of rscnav, other packages."""
        after: dict[str, set[str]] = {}
        for importer, imported in self.edges:
            after.setdefault(importer, set()).add(imported)
        waiting, found = [command, *self.by_name], set()
        while waiting:
            name = waiting.pop()
            if name not in found and not f"{name}.".startswith(CONFIG):
                found.add(name)
                waiting.extend(after.get(name, ()))
        fronts = {name for name in found if hasattr(sys.modules.get(name), "__path__")}
        ours = {name for name in found if name.split(".")[0] == "rscnav"}
        return sorted(ours - fronts), sorted({name.split(".")[0] for name in found - ours})


def run(arguments: list[str], output: Path) -> None:
    """Run one command in this process and write what it imported."""
    trace = Trace()
    trace.start()
    from rscnav.cli.main import main

    status = main(arguments)
    modules, packages = trace.reached(f"rscnav.cli.{arguments[0].replace('-', '_')}")
    output.write_text(json.dumps({"status": status, "modules": modules, "packages": packages}))


def main() -> None:
    """Run all commands, one after another."""
    output = Path(sys.argv[1])
    commands = json.load(sys.stdin)
    for name in HEAVY:
        importlib.import_module(name)
    assert not any(name.startswith("rscnav") for name in sys.modules)
    found = []
    for arguments in commands:
        child = os.fork()
        if child == 0:
            try:
                with open(f"{output}.log", "a") as log, contextlib.redirect_stdout(log):
                    run(arguments, output)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            sys.stdout.flush()
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(f"failed: {arguments}")
        found.append(json.loads(output.read_text()))
    output.write_text(json.dumps(found))


main()
