"""``rscnav COMMAND``: select and run a command. User errors are shown as one message, internal errors with a traceback.

Exit status: 0 success; 1 user error; 2 invalid command line; 3 internal error; 130 interrupted; 141 broken pipe (the reader of
the output has ended).
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import TextIO

import rscnav

# All other modules are imported inside functions, so that Ctrl-C during an import ends with one line, too.

DONE, USER_ERROR, INTERNAL_ERROR, INTERRUPTED, NO_READER = 0, 1, 3, 130, 141  # 2: argparse, for an invalid command line
_interrupts: list[int] = []  # received signals of Ctrl-C

COMMANDS = {
    "train": "train one network",
    "rollout": "trained network -> session",
    "sample-network": "write a simulated recording of a trained network",
    "network-dynamics": "compute fixed points and perturbation responses of a trained network",
    "simulate": "write a simulated recording as NWB",
    "inspect": "list the contents of a recorded file, draft its mapping, draw a quality report",
    "validate": "check a configuration and its files before a long run",
    "config": "print values, defaults, JSON schema or reference of the settings",
    "import-recording": "recording -> session",
    "export": "session -> NWB and tables for other programs",
    "analyse": "run one analysis on one session",
    "pool": "pool the results of sessions",
    "compare": "similarity of sessions: geometry (RSA) and dynamics (DSA)",
    "plot-comparison": "draw a comparison of sessions and write its table",
    "plot": "draw one figure for one or more sessions",
    "summary": "write summary.json, the numbers that docs and figures quote",
    "calibrate": "measure false-positive rates of the tests and coverage of the intervals",
    "ground-truth": "compare estimates with the ground truth on the simulated example",
    "check": "find damaged and missing files of a results folder, and make them again",
    "status": "report a running workflow in this folder, or what a killed one left",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status (see the module).

    By default the arguments are those of the command line. The process then ends when its workflow ends, and removes half-written
    files on a signal.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = _status(words, of_process=arguments is None)
    finally:
        output, errors = _flush(sys.stdout), _flush(sys.stderr)
    return status if output and errors else status or NO_READER


def _status(words: list[str], of_process: bool) -> int:
    """Run a command and return its exit status; show every exception except SystemExit."""
    try:
        _run(words, of_process)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return _show_interrupt(words)
    except Exception as error:
        if _interrupts:
            return _show_interrupt(words)
        if isinstance(error, BrokenPipeError) and _has_no_reader(sys.stdout):
            return NO_READER
        from rscnav.cli.error_reports import internal_report, name_of, user_message

        message = user_message(error, words[0] if words else "")
        if message is None:
            _show(internal_report(error, words))
            return INTERNAL_ERROR
        if os.environ.get("RSCNAV_DEBUG"):
            raise
        _show(f"{name_of(words)}: error: {message}\n(RSCNAV_DEBUG=1 shows the traceback)")
        return USER_ERROR
    return DONE


def _run(words: list[str], of_process: bool) -> None:
    """Import the requested command and run it."""
    if of_process:
        _note_interrupts()
        _end_cleanly()
    import argparse
    import importlib
    import logging

    os.environ.setdefault(
        "THP_MEM_ALLOC_ENABLE", "1"
    )  # torch then uses large pages, which saves a fifth of a training step
    parser = argparse.ArgumentParser(prog="rscnav", description=rscnav.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"rscnav {rscnav.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in words[:1]:  # import only the requested command
            module = importlib.import_module(f"rscnav.cli.{name.replace('-', '_')}")
            module.configure(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("rscnav").setLevel(logging.INFO)  # only rscnav: matplotlib's font tools log much at this level
    parsed.run(parsed)


def _note_interrupts() -> None:
    """Record Ctrl-C, since an interrupted import of a library can raise any exception."""

    def interrupt(number: int, _: object) -> None:
        _interrupts.append(number)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def _show_interrupt(words: list[str]) -> int:
    _show(f"{' '.join(['rscnav', *words[:1]])}: interrupted; no half-written file is left")
    return INTERRUPTED


def _end_cleanly() -> None:
    """End this process when its workflow ends; remove half-written files on SIGTERM or SIGHUP."""
    import _thread

    from rscnav.files.atomic import remove_unfinished
    from rscnav.files.run_ownership import end_with_scheduler

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # under nohup SIGHUP stays ignored
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    end_with_scheduler(remove_unfinished, _thread.interrupt_main)


def _show(text: str) -> None:
    """Print to stderr; do nothing if the pipe is broken."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        return


def _flush(stream: TextIO) -> bool:
    """Flush a stream; return whether it succeeded. After a failure the rest is dropped, so that Python does not retry at exit."""
    try:
        stream.flush()
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
        return False
    return True


def _has_no_reader(stream: TextIO) -> bool:
    """Return whether a stream is a pipe whose reader has ended."""
    import select

    try:
        poll = select.poll()
        poll.register(stream.fileno(), 0)
    except (OSError, ValueError):  # a stream without a file, in tests
        return False
    return any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))


if __name__ == "__main__":
    sys.exit(main())
