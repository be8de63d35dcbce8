"""What a command shows and returns: one message for what a user can correct, a traceback for an error of the program, one line for Ctrl-C."""

import ast
import builtins
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rscnav
from helpers.nwb import walk, write_nwb
from helpers.sessions import uneven_session
from rscnav.cli.error_reports import user_message
from rscnav.cli.main import main
from rscnav.errors import (
    DivergedError,
    FileError,
    InvalidValueError,
    MissingFileError,
    MissingPackageError,
    RscnavError,
    is_internal,
)
from rscnav.files.atomic import write_text
from rscnav.files.run_ownership import OrphanedError
from rscnav.files.sealed.regular import DamagedError
from rscnav.sessions.hdf5 import write_session
from rscnav.settings.strict_settings import ConfigError

ROOT = Path(rscnav.__file__).parent
CONFIG = "networks: [{name: n, seeds: [1]}]\n"
RECORDING = "recordings: [{name: rat7, file: %s, bin_s: 0.1, position: {series: xy}}]\n"
INTERNAL = [KeyError, ValueError, ZeroDivisionError, RuntimeError, TypeError, IndexError, OSError, AssertionError]


@pytest.fixture
def analyse(tmp_path):
    """The arguments of an analysis that works."""
    write_text(tmp_path / "config.yaml", CONFIG)
    write_session(uneven_session(), tmp_path / "s.h5")
    files = ["--session", str(tmp_path / "s.h5"), "--output", str(tmp_path / "r.h5")]
    return ["analyse", "--config", str(tmp_path / "config.yaml"), "--analysis", "eigenspectrum", *files]


def planted(kind):
    """A function that fails as one of the program would."""
    names = {"__name__": "rscnav.planted", "kind": kind}
    exec("def fail(*_, **__):\n    raise kind('internal bug')", names)
    return names["fail"]


def shows_internal_error(words, capsys, kind):
    assert main(words) == 3
    text = capsys.readouterr().err
    assert text.startswith("Traceback (most recent call last)")
    assert f"\nrscnav {words[0]}: internal error: {kind.__name__}: " in text
    assert "please report this with the lines above\n" in text
    assert f"(rscnav {rscnav.__version__}, Python 3." in text
    assert f"command: rscnav {' '.join(words)})" in text
    assert f"rscnav {words[0]}: error: " not in text


def shows_user_error(words, capsys, *parts):
    assert main(words) == 1
    text = capsys.readouterr().err
    for part in (f"rscnav {words[0]}: error: ", *parts):
        assert part in text
    assert "Traceback" not in text
    assert "report" not in text
    assert text.endswith("\n(RSCNAV_DEBUG=1 shows the traceback)\n")
    return text


# -- Errors of the program ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", INTERNAL)
def test_an_error_of_the_program_is_a_traceback_to_report(kind, monkeypatch, capsys):
    monkeypatch.setattr("rscnav.cli.status.run", planted(kind))
    shows_internal_error(["status"], capsys, kind)


@pytest.mark.parametrize("kind", [KeyError, ValueError, OSError])
@pytest.mark.parametrize(
    "place",
    [
        "rscnav.settings.strict_settings.check_limits",  # a validator of settings, which pydantic calls
        "rscnav.sessions.hdf5._check_fields",  # while a session file is open
        "rscnav.cli.analyse.analyse",
        "rscnav.analyses.result.new_hdf5",
    ],
)
def test_an_error_of_the_program_stays_one_wherever_it_is_raised(place, kind, analyse, monkeypatch, capsys):
    monkeypatch.setattr(place, planted(kind))
    shows_internal_error(analyse, capsys, kind)


def recording(tmp_path):
    write_nwb(tmp_path / "rat7.nwb", series={"xy": walk()})
    write_text(tmp_path / "config.yaml", RECORDING % (tmp_path / "rat7.nwb"))
    return [
        "import-recording",
        "--config",
        str(tmp_path / "config.yaml"),
        "--session",
        "rat7",
        "--output",
        str(tmp_path / "s.h5"),
    ]


@pytest.mark.parametrize("kind", [KeyError, ValueError, OSError])
def test_an_error_of_the_program_is_none_of_the_recorded_file(kind, tmp_path, monkeypatch, capsys):
    words = recording(tmp_path)
    assert main(words) == 0
    monkeypatch.setattr("rscnav.recordings.extract.position_series", planted(kind))
    capsys.readouterr()
    shows_internal_error(words, capsys, kind)


def test_an_error_of_the_program_is_none_of_a_file_of_arrays(tmp_path, monkeypatch, capsys):
    np.savez(tmp_path / "a.npz", spikes=np.arange(3.0))
    monkeypatch.setattr("rscnav.recordings.plain_arrays.array_tree.plain", planted(KeyError))
    assert main(["inspect", str(tmp_path / "a.npz")]) == 3
    assert "KeyError: 'internal bug'; this is an error of rscnav" in capsys.readouterr().err


def test_inspection_shows_the_rest_before_an_error_of_the_program(tmp_path, monkeypatch, capsys):
    write_nwb(tmp_path / "rat7.nwb", series={"xy": walk()})
    monkeypatch.setattr("rscnav.inspection.inspect.guess", planted(KeyError))
    assert main(["inspect", str(tmp_path / "rat7.nwb")]) == 3
    out, err = capsys.readouterr()
    assert "In the file:" in out
    assert "an error of rscnav (KeyError: 'internal bug')" in out
    assert "please report this" in err


def test_whose_error_it_is():
    def caught(step):
        try:
            step()
        except Exception as error:
            return error

    assert is_internal(caught(planted(ValueError)))
    assert not is_internal(caught(planted(InvalidValueError)))
    assert not is_internal(caught(lambda: np.loadtxt(["a"])))  # raised in a library
    assert not is_internal(ValueError("never raised"))
    assert not is_internal(caught(lambda: ast.parse("(")))


# -- Errors that the user can correct ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (CONFIG + "trainin: {}\n", ["line 2): unknown key; did you mean 'training'?"]),
        (
            CONFIG + "training: {batch_size: many}\n",
            ["line 2): 'many' is not valid: a whole number"],
        ),
        (CONFIG + "training: {max_learning_rate: .nan}\n", ["nan is not valid: a finite number is needed"]),
        (CONFIG + "training: {batch_size: 1e999}\n", ["1e999 is larger than the largest floating-point number"]),
        ("networks: [\n", ["this is not YAML"]),
        ("\x00", ["config.yaml: "]),
    ],
)
def test_a_wrong_configuration(text, parts, analyse, tmp_path, capsys):
    (tmp_path / "config.yaml").write_text(text)
    shows_user_error(analyse, capsys, *parts)


@pytest.mark.parametrize("value", ["0", "-3", "1.5", "many", ""])
def test_a_count_on_the_command_line(value, capsys):
    words = ["calibrate", "run", "--analysis", "eigenspectrum", "--kind", "noise", "--output", "o.csv", "--sessions"]
    with pytest.raises(SystemExit) as ended:
        main([*words, value])
    assert ended.value.code == 2
    assert f"'{value}' is not valid; expected a whole number of at least 1" in capsys.readouterr().err


def test_files_that_are_not_there_or_no_files(analyse, tmp_path, capsys):
    at = analyse.index("--session") + 1
    analyse[at] = str(tmp_path / "none.h5")
    shows_user_error(analyse, capsys, f"{tmp_path}/none.h5: no such file")
    analyse[at] = str(tmp_path)
    shows_user_error(analyse, capsys, f"{tmp_path}: a folder; expected a file")
    analyse[at] = str(tmp_path / "config.yaml")
    shows_user_error(analyse, capsys, "config.yaml: not valid; expected format 'rscnav session")
    analyse[2] = str(tmp_path / "none.yaml")
    shows_user_error(analyse, capsys, "none.yaml: no such configuration file")


def test_a_file_that_may_not_be_read(analyse, tmp_path, monkeypatch, capsys):
    opened = os.open

    def refused(path, *arguments, **options):
        if str(path).endswith("s.h5"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr("os.open", refused)
    shows_user_error(analyse, capsys, f"{tmp_path}/s.h5: Permission denied; change the permissions")


def test_a_damaged_file(analyse, tmp_path, capsys):
    data = bytearray((tmp_path / "s.h5").read_bytes())
    data[len(data) // 2] ^= 255
    (tmp_path / "s.h5").write_bytes(data)
    shows_user_error(analyse, capsys, f"{tmp_path}/s.h5: damaged, or changed after it was written", "delete it")


def test_a_table_of_another_kind(tmp_path, capsys):
    from rscnav.files.sealed.tails import write_with_digest

    write_with_digest(tmp_path / "a.csv", "x,y\n1,2\n")
    words = ["calibrate", "table", "--inputs", str(tmp_path / "a.csv"), "--output", str(tmp_path / "t.md")]
    shows_user_error(words, capsys, "a.csv: not the expected table", "found x, y")


def test_a_full_disk_while_a_result_is_written(analyse, tmp_path, monkeypatch, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("rscnav.files.sealed.streams.write_all", full)
    shows_user_error(analyse, capsys, f"{tmp_path}/r.h5: No space left on device; nothing was written; free some space")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; free some space"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many open files; raise the limit"),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "/a b"),
            "/a b: No such file or directory; correct",
        ),
        (IsADirectoryError(errno.EISDIR, "Is a directory", b"/c"), "/c: Is a directory; name a file"),
        (FileError(errno.EACCES, "may not be written", "/d"), "/d: may not be written"),
        (MissingFileError("/e: no such file"), "/e: no such file"),
        (MemoryError(), "out of memory on this machine; lower"),
        (RuntimeError("CUDA out of memory"), "out of memory on the GPU; lower"),
        (DivergedError("n-s1: diverged"), "n-s1: diverged"),
        (OrphanedError("the workflow has ended"), "the workflow has ended"),
    ],
)
def test_what_the_system_and_the_library_raise_for_users(error, said, monkeypatch, capsys):
    def fail(_):
        raise error

    monkeypatch.setattr("rscnav.cli.status.run", fail)
    assert shows_user_error(["status"], capsys).startswith(f"rscnav status: error: {said}")


@pytest.mark.parametrize(
    "error",
    [
        OSError("Can't read data"),  # of a library, without a number
        OSError(errno.ENOTSOCK, "Socket operation on non-socket"),
        ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
        OSError(errno.EBADF, "Bad file descriptor", 7),
        RecursionError("maximum recursion depth exceeded"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        ImportError("cannot import name 'x'"),
    ],
)
def test_what_is_no_error_of_the_user(error):
    assert user_message(error) is None


def test_a_package_that_is_not_installed(analyse, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    words = ["export", "--session", str(tmp_path / "s.h5"), "--tables", str(tmp_path / "t"), "--format", "parquet"]
    shows_user_error(
        words, capsys, "the package 'pyarrow' is not installed; install it with: pip install 'rscnav[export]'"
    )


def test_the_traceback_of_a_user_s_error_is_shown_on_demand(analyse, monkeypatch):
    monkeypatch.setenv("RSCNAV_DEBUG", "1")
    analyse[2] = "none.yaml"
    with pytest.raises(ConfigError, match="no such configuration file"):
        main(analyse)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (InvalidValueError, ValueError),
        (ConfigError, ValueError),
        (DamagedError, ValueError),
        (FileError, OSError),
        (OrphanedError, OSError),
        (MissingFileError, FileNotFoundError),
        (DivergedError, ArithmeticError),
        (MissingPackageError, ImportError),
    ],
)
def test_every_error_is_also_one_of_python_s(kind, builtin):
    assert issubclass(kind, RscnavError)
    assert issubclass(kind, builtin)


# -- Interruption and pipes --------------------------------------------------------------------------------------------


def python(code, *words, **options):
    """Run code after which the command of `words` is run."""
    run = f"{code}\nimport sys\nsys.argv = {['rscnav', *words]!r}\nfrom rscnav.cli.main import main\nsys.exit(main())"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT.parent), os.environ.get("PYTHONPATH", "")])}
    environment.pop("RSCNAV_DEBUG", None)
    return subprocess.run(
        [sys.executable, "-c", run], stderr=subprocess.PIPE, text=True, timeout=300, env=environment | options.pop("env", {}),
        **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("module", "becomes"),
    [
        ("argparse", "KeyboardInterrupt"),
        ("torch", "KeyboardInterrupt"),
        ("psutil", "RecursionError"),
        ("yaml", "ImportError"),
        *(
            pytest.param(module, becomes, marks=pytest.mark.slow)
            for module, becomes in (
                ("argparse", "RecursionError"), ("argparse", "ImportError"), ("psutil", "KeyboardInterrupt"), ("psutil", "ImportError"),
                ("yaml", "KeyboardInterrupt"), ("yaml", "RecursionError"), ("torch", "RecursionError"), ("torch", "ImportError"),
            )
        ),
    ],
)  # fmt: skip
def test_ctrl_c_during_an_import(module, becomes):
    code = f"""
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            try:
                os.kill(os.getpid(), signal.SIGINT)
            except KeyboardInterrupt:
                raise {becomes}  # as numpy's import does
sys.meta_path.insert(0, Finder())"""
    ended = python(code, "train", "--config", "none.yaml")
    assert ended.stderr == "rscnav train: interrupted; no half-written file is left\n"
    assert ended.returncode == 130


def test_ctrl_c_in_a_command(monkeypatch, capsys):
    monkeypatch.setattr("rscnav.cli.status.run", lambda _: signal.raise_signal(signal.SIGINT))
    assert main(["status"]) == 130
    assert capsys.readouterr().err == "rscnav status: interrupted; no half-written file is left\n"


MANY_LINES = """
from rscnav.cli import status
def run(_):
    for number in range(200_000):
        print(number)
status.run = run"""
ONE_LINE = "from rscnav.cli import status\nstatus.run = lambda _: print('line')"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("code", "words", "status"), [(MANY_LINES, ["status"], 141), (ONE_LINE, ["status"], 141), ("", ["--help"], 0)]
)
def test_a_reader_that_has_gone(code, words, status, unbuffered):
    read, write = os.pipe()
    os.close(read)
    ended = python(code, *words, stdout=write, env={"PYTHONUNBUFFERED": unbuffered})
    os.close(write)
    assert ended.stderr == ""
    assert ended.returncode == status


def test_another_pipe_that_breaks_is_an_error_of_the_program(monkeypatch, capsys):
    def fail(_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("rscnav.cli.status.run", fail)
    shows_internal_error(["status"], capsys, BrokenPipeError)


def test_another_pipe_that_breaks_while_the_output_is_read():
    code = "from rscnav.cli import status\ndef run(_):\n    raise BrokenPipeError(32, 'Broken pipe')\nstatus.run = run"
    ended = python(code, "status", stdout=subprocess.PIPE)
    assert "internal error: BrokenPipeError" in ended.stderr
    assert ended.returncode == 3


def test_an_error_without_a_reader_keeps_its_status():
    read, write = os.pipe()
    os.close(read)
    code = "from rscnav.cli import status\ndef run(_):\n    print('line')\n    raise KeyError('x')\nstatus.run = run"
    ended = python(code, "status", stdout=write, env={"PYTHONUNBUFFERED": ""})
    os.close(write)
    assert "KeyError: 'x'" in ended.stderr
    assert ended.returncode == 3


def test_output_to_a_full_disk():
    with open("/dev/full", "w") as full:
        ended = python(ONE_LINE, "status", stdout=full)
    assert ended.stderr.startswith("rscnav status: error: No space left on device; free some space")
    assert "Exception ignored" not in ended.stderr
    assert ended.returncode == 1


# -- The source --------------------------------------------------------------------------------------------------------

PLAIN = {  # module and function: why a plain exception is right there
    ("analyses.result", "__getitem__"): "a mapping raises KeyError",
    ("figures.entropy.across_sessions", "draw_across"): "the layout of a figure is the program's own",
    ("figures.task", "draw"): "the program reads the session before it draws",
    ("files.sealed.rows", "write_rows"): "rows that the program itself made",
    ("files.sealed.streams", "give_up"): "stored for libhdf5, never raised",
    ("files.sealed.tails", "_without"): "bytes that the program itself made",
    ("ground_truth.measure", "expected"): "a simulation that the program itself made and read",
    ("networks.cells.gru_numba", "backward"): "a gradient that is asked for twice, as torch refuses it",
    ("recordings.activity.unit_tables", "_at"): "a sequence raises IndexError",
    ("sessions.lazy", "__getitem__"): "an array raises TypeError for an index of another type",
}
BUILTIN = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}


def plain_errors(source):
    """Yield function, line and name of every exception of Python's own that some source text makes or raises."""

    def visit(node, function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
        if isinstance(made, ast.Name) and made.id in BUILTIN:
            yield function, node.lineno, made.id
        for child in ast.iter_child_nodes(node):
            yield from visit(child, function)

    return list(visit(ast.parse(source), ""))


def test_plain_errors_are_found():
    source = "def f():\n    raise ValueError('x')\ndef g(n):\n    error = OSError(n)\n    raise KeyError\ndef h():\n    raise error from None"
    assert plain_errors(source) == [("f", 2, "ValueError"), ("g", 4, "OSError"), ("g", 5, "KeyError")]


def test_errors_for_users_are_of_the_family():
    found, problems = set(), []
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for function, line, name in plain_errors(path.read_text(encoding="utf-8")):
            found.add((module, function))
            if (module, function) not in PLAIN:
                problems.append(
                    f"{path.relative_to(ROOT)}:{line}: {name}; raise a child of RscnavError, or say why not in PLAIN"
                )
    assert not problems, "\n" + "\n".join(problems)
    assert found == set(PLAIN)  # an entry that no longer holds is removed


@pytest.mark.parametrize("module", ["rscnav.errors", "rscnav.cli.main"])
def test_errors_and_the_entry_point_import_nothing_heavy(module):
    code = f"import sys, {module}\nprint(*{{'numpy', 'pydantic', 'psutil', 'h5py', 'argparse'}} & set(sys.modules))"
    environment = os.environ | {"PYTHONPATH": str(ROOT.parent)}
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment).stdout == "\n"
