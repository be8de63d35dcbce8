"""``rscnav COMMAND``: finds the command, shows errors as a sentence and not as a traceback."""

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence

import rscnav

COMMANDS = {
    "train": "train one network",
    "rollout": "trained network -> session",
    "sample": "network's session -> what a recording of it would have given",
    "dynamics": "what a trained network does by itself",
    "simulate": "write a simulated recording as NWB",
    "inspect": "what is in a recorded file, and a draft of its mapping",
    "validate": "try a configuration and its files before a long run",
    "read": "recording -> session",
    "export": "session -> NWB and tables for other programs",
    "analyse": "run one analysis on one session",
    "across": "sum up numbers over sessions",
    "compare": "how alike sessions are: geometry and dynamics",
    "beside": "draw a comparison of sessions and write its table",
    "figure": "draw one figure for one or more sessions",
    "numbers": "collect the numbers that docs and figures quote",
    "calibrate": "measure error rates of the tests and coverage of the intervals",
    "groundtruth": "show how estimates approach the truth on the simulated example",
    "status": "say what still runs in this folder after a kill",
}
EXPECTED = (ValueError, KeyError, OSError, ArithmeticError)  # what the library raises for what a user can mend


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, or 1 after an error that was explained."""
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")  # torch then asks for large pages: a fifth of a training step
    wanted = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="rscnav", description=rscnav.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"rscnav {rscnav.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if name in wanted[:1]:  # only the wanted command is imported
            module = importlib.import_module(f"rscnav.cli.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(wanted)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("rscnav").setLevel(logging.INFO)  # ours only: matplotlib's font tools are talkative
    try:
        parsed.run(parsed)
    except EXPECTED as error:
        if os.environ.get("RSCNAV_DEBUG"):
            raise
        text = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"rscnav {parsed.command}: error: {text}\n(RSCNAV_DEBUG=1 shows where)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
