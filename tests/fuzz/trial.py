"""One try in a process of its own, with a limit on time and memory; and what came of it in a word."""

import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from rscnav.cli.error_reports import user_message

LIMIT_S, LIMIT_BYTES = 10.0, 8 << 30
SAME, OTHER, REFUSED = "same", "other content", "refused"
UNNAMED, RAW, CRASH, HANG = "refused without the name", "raw error", "crash", "hang"
WORDS = (SAME, OTHER, REFUSED, UNNAMED, RAW, CRASH, HANG)


@dataclass(frozen=True)
class Outcome:
    """What came of a try: one of `WORDS`, what was said, how long it took (s)."""

    word: str
    said: str
    seconds: float


def attempt(read: Callable[[], str], right: str | None, name: str) -> Outcome:
    """Read in a forked process.

    Parameters
    ----------
    read : callable
        Gives a digest of what was read.
    right : str or None
        The digest of the undamaged content; None: any content is right.
    name : str
        What an error must name.
    """
    began = time.monotonic()
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(read, send)
    os.close(send)
    said = b""
    while time.monotonic() - began < LIMIT_S + 1:
        if select.select([receive], [], [], 0.2)[0]:
            more = os.read(receive, 1 << 16)
            if not more:
                break
            said += more
    else:
        os.kill(child, signal.SIGKILL)
    os.close(receive)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - began
    kind, _, text = said.decode("utf-8", "replace").partition("\n")
    if seconds > LIMIT_S:
        return Outcome(HANG, text, seconds)
    if kind == "read":
        return Outcome(SAME if right is None or text == right else OTHER, "", seconds)
    if kind == "error":
        return Outcome(REFUSED if name in text else UNNAMED, text, seconds)
    return Outcome(RAW if kind == "raw" else CRASH, text or f"status {status}", seconds)


def _in_child(read: Callable[[], str], send: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        answer = f"read\n{read()}"
    except BaseException as error:
        message = None if isinstance(error, MemoryError) else user_message(error)
        last = traceback.extract_tb(error.__traceback__)[-1]
        raw = f"raw\n{type(error).__name__}: {str(error)[:300]} at {last.filename}:{last.lineno}"
        answer = raw if message is None else f"error\n{message}"
    os.write(send, answer.encode("utf-8", "surrogatepass")[:60_000])
    sys.stdout.flush()
    os._exit(0)
