"""Try damaged files and mutated configurations by the thousand, and print what came of them.

    python tests/fuzz [--files 2000] [--configurations 10000] [--seed 0] [--kind session.h5 ...] [--show]

Exit status 1 where something raised an error of another kind than those that are explained to users, crashed, took longer than 10 s,
or where damage to a file of our own was read as if nothing were the matter.
"""

import argparse
import copy
import random
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from files import OURS, READERS, make
from mutants import damaged_bytes, damaged_structure, mutated
from trial import CRASH, HANG, OTHER, RAW, UNNAMED, WORDS, Outcome, attempt

from helpers.configuration import every_key


def fuzz_files(n: int, seed: int, kinds: list[str], show: bool = False) -> dict[str, Counter[str]]:
    """Read `n` damaged files, shared out evenly over the readers; gives what came of them by reader."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds"
        make(seeds)
        readers = [(kind, name, read) for kind in kinds for name, read in READERS[kind]]
        right = {}
        for kind, name, read in readers:
            whole = attempt(lambda read=read, kind=kind: read(seeds / kind), None, kind)
            assert whole.word == "same", f"{kind}: the undamaged file is not read by {name}: {whole}"
            right[kind, name] = read(seeds / kind)
        for number in range(n):
            kind, name, read = readers[number % len(readers)]
            rng = random.Random(f"{seed}/{number}")
            path = Path(folder) / f"m{number}" / kind
            path.parent.mkdir()
            if kind.endswith(".h5") and rng.random() < 0.4:
                shutil.copy(seeds / kind, path)
                done, by_hand = damaged_structure(rng, path), kind not in OURS
            else:
                (done, data), by_hand = damaged_bytes(rng, (seeds / kind).read_bytes()), False
                path.write_bytes(data)
            outcome = attempt(
                lambda read=read, path=path: read(path), None if by_hand else right[kind, name], path.parent.name
            )
            found[f"{kind}: {name}"][outcome.word] += 1
            _tell(show, outcome, f"{number} {kind} {name} {done}", OTHER if kind in OURS else "")
            shutil.rmtree(path.parent)
    return dict(found)


def fuzz_configurations(n: int, seed: int, show: bool = False) -> dict[str, Counter[str]]:
    """Load `n` mutated configurations and do with them what the workflow does; gives what came of them."""
    from rscnav.settings.strict_settings import ConfigError

    default = every_key()
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        for number in range(n):
            rng = random.Random(f"{seed}/{number}")
            values = copy.deepcopy(default)
            with deep_recursion():
                done = mutated(rng, values)
                path.write_bytes(yaml.safe_dump(values, allow_unicode=True).encode("utf-8", "surrogatepass"))
            outcome = attempt(lambda: use(path), None, "")
            if outcome.word == "refused" and len(outcome.said) > 10_000:
                outcome = Outcome(RAW, f"a message of {len(outcome.said)} characters", outcome.seconds)
            found[outcome.word] += 1
            _tell(show, outcome, f"{number} {done}", "")
    assert ConfigError
    return {"configuration": found}


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Let Python copy and write what is nested deeply; it is read under the usual limit."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def use(path: Path) -> str:
    """Load a configuration and ask of it what the Snakefile asks."""
    from rscnav.config.job_settings import network_sessions, resolved_comparisons, session_names, settings_text
    from rscnav.config.load import load_config
    from rscnav.config.training_groups import training_groups

    config = load_config(path)
    names = session_names(config)
    training_groups(config)
    resolved_comparisons(config)
    for name in list(network_sessions(config))[:5]:
        for stage in ("train", "rollout", "network_dynamics"):
            settings_text(config, stage, name)
    for simulation in config.simulations[:5]:
        settings_text(config, "simulate", simulation.name)
    for recording in config.recordings[:5]:
        settings_text(config, "import_recording", recording.name)
    settings_text(config, "analyse", "tuning_entropy")
    return str(len(names))


def _tell(show: bool, outcome: Outcome, what: str, also: str) -> None:
    if show and outcome.word in (RAW, CRASH, HANG, UNNAMED, also):
        print(f"{outcome.word}: {what} ({outcome.seconds:.1f} s): {' '.join(outcome.said.split())[:400]}", flush=True)


def failures(found: dict[str, Counter[str]]) -> int:
    """Count what must not happen."""
    bad = sum(counts[word] for counts in found.values() for word in (RAW, CRASH, HANG))
    return bad + sum(counts[OTHER] for reader, counts in found.items() if reader.split(":")[0] in OURS)


def table(found: dict[str, Counter[str]]) -> str:
    """Write it as a Markdown table."""
    lines = [f"| reader | tries | {' | '.join(WORDS)} |", "| --- " * (len(WORDS) + 2) + "|"]
    for reader, counts in found.items():
        lines.append(f"| {reader} | {counts.total()} | {' | '.join(str(counts[word]) for word in WORDS)} |")
    return "\n".join(lines)


def report(found: dict[str, Counter[str]]) -> int:
    """Print the table; gives the count of failures."""
    print(table(found), flush=True)
    return failures(found)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--configurations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", nargs="*", default=list(READERS), choices=list(READERS))
    parser.add_argument("--show", action="store_true", help="name each that failed")
    arguments = parser.parse_args()
    n_failed = 0
    if arguments.files:
        n_failed += report(fuzz_files(arguments.files, arguments.seed, arguments.kind, arguments.show))
    if arguments.configurations:
        n_failed += report(fuzz_configurations(arguments.configurations, arguments.seed, arguments.show))
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
