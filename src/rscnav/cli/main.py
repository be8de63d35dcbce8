"""``rscnav COMMAND``: finds the command, shows errors as a sentence and not as a traceback."""

import _thread
import argparse
import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence

import rscnav
from rscnav.cli.memory_errors import explained
from rscnav.files.atomic import remove_unfinished
from rscnav.files.run_ownership import end_with_scheduler

COMMANDS = {
    "train": "train one network",
    "rollout": "trained network -> session",
    "sample-network": "network's session -> what a recording of it would have given",
    "network-dynamics": "what a trained network does by itself",
    "simulate": "write a simulated recording as NWB",
    "inspect": "what is in a recorded file, and a draft of its mapping",
    "validate": "try a configuration and its files before a long run",
    "import-recording": "recording -> session",
    "export": "session -> NWB and tables for other programs",
    "analyse": "run one analysis on one session",
    "pool": "sum up numbers over sessions",
    "compare": "how alike sessions are: geometry and dynamics",
    "plot-comparison": "draw a comparison of sessions and write its table",
    "plot": "draw one figure for one or more sessions",
    "summary": "collect the numbers that docs and figures quote",
    "calibrate": "measure error rates of the tests and coverage of the intervals",
    "ground-truth": "show how estimates approach the truth on the simulated example",
    "check": "find damaged and missing files of a results folder, and make them again",
    "status": "say whether a run is under way in this folder, and what a killed one left",
}
EXPECTED = (ValueError, KeyError, OSError, ArithmeticError)  # what the library raises for what a user can mend


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line; the process then ends with the workflow that started it, and ends cleanly on a signal.

    Returns
    -------
    int
        Exit status: 0, 1 after an error that was explained, 130 after an interruption.
    """
    if arguments is None:
        _end_cleanly()
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch then asks for large pages: a fifth of a training step
    wanted = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="rscnav", description=rscnav.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"rscnav {rscnav.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in wanted[:1]:  # only the wanted command is imported
            module = importlib.import_module(f"rscnav.cli.{name.replace('-', '_')}")
            module.configure(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(wanted)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("rscnav").setLevel(logging.INFO)  # ours only: matplotlib's font tools are talkative
    try:
        parsed.run(parsed)
    except KeyboardInterrupt:
        print(f"rscnav {parsed.command}: interrupted; nothing half-written is left", file=sys.stderr)
        return 130
    except (MemoryError, RuntimeError, *EXPECTED) as error:
        text = explained(error, parsed.command)
        if os.environ.get("RSCNAV_DEBUG") or (text is None and not isinstance(error, EXPECTED)):
            raise
        if text is None:
            text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        print(f"rscnav {parsed.command}: error: {text}\n(RSCNAV_DEBUG=1 shows where)", file=sys.stderr)
        return 1
    return 0


def _end_cleanly() -> None:
    """End with the workflow that started this process, and let a signal to end remove what is half-written."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP, which stays so
            signal.signal(number, lambda number, _: sys.exit(128 + number))
    end_with_scheduler(remove_unfinished, _thread.interrupt_main)


if __name__ == "__main__":
    sys.exit(main())
