"""Seeds that depend on what they are for; files that are whole or not there; hashes of code."""

import errno
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from rscnav.analyses.table import ANALYSES
from rscnav.figures.table import FIGURES
from rscnav.files import atomic_path, write_text
from rscnav.provenance import PACKAGE, code_closure, code_hash
from rscnav.seeds import Seeds, derive_seed
from rscnav.tasks.table import task_code


def test_seeds_differ_by_every_key_and_are_stable():
    seeds = [
        derive_seed(0, "a"),
        derive_seed(1, "a"),
        derive_seed(0, "b"),
        derive_seed(0, "a", 1),
        derive_seed(0, "a", "1"),
    ]
    assert len(set(seeds)) == len(seeds)
    assert derive_seed(0, "a") == derive_seed(0, "a")
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_generators_of_one_purpose_agree():
    first, second = Seeds(3, ("x",)).generator("null"), Seeds(3).child("x").generator("null")
    np.testing.assert_array_equal(first.random(5), second.random(5))


def test_failed_write_leaves_nothing(tmp_path):
    target = tmp_path / "deep" / "result.txt"
    with pytest.raises(RuntimeError, match="stop"), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("stop")
    assert list(target.parent.iterdir()) == []


def test_failed_write_keeps_the_old_file(tmp_path):
    target = tmp_path / "result.txt"
    write_text(target, "old")
    with pytest.raises(OSError, match="No space left on device; nothing was written"), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_same_text_is_not_written_again(tmp_path):
    write_text(tmp_path / "a", "text")
    before = (tmp_path / "a").stat().st_mtime_ns
    write_text(tmp_path / "a", "text")
    assert (tmp_path / "a").stat().st_mtime_ns == before


def test_training_depends_on_few_modules():
    """What a network is trained by; a change of anything else must not train it again."""
    closure = set(code_closure("rscnav.cli.train", *task_code("ring-fixed")))
    assert {"rscnav.networks.training", "rscnav.tasks.ring", "rscnav.observers.ring_grid", "rscnav.seeds"} <= closure
    assert not {"rscnav.tasks.arena", "rscnav.observers.arena", "rscnav.tasks.ring_internal_map"} & closure
    foreign = [m for m in closure if m.split(".")[1] in ("analyses", "figures", "sessions", "config")]
    assert not foreign


@cache
def imported(statement: str) -> set[str]:
    """List the files of rscnav that a statement loads in a fresh process."""
    code = f"import sys\n{statement}\nprint(*[m for m in sys.modules if m.startswith('rscnav.')])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name for name in output.split() if not (PACKAGE.parent / name.replace(".", "/")).is_dir()}


JOBS = [("train",), ("rollout",), ("simulate",), ("read",), ("numbers",)]
JOBS += [("analyse", module) for module in ANALYSES.values()] + [("figure", module) for module in FIGURES.values()]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job[-1])
def test_closure_holds_what_a_job_really_imports(job):
    """What a job loads beyond the configuration must be in the closure that is its rerun trigger."""
    modules = (f"rscnav.cli.{job[0]}", *job[1:])
    extra = imported(f"import {', '.join(modules)}") - imported("import rscnav.config.stages, rscnav.config.load")
    assert extra <= set(code_closure(*modules))
    assert modules[-1] in code_closure(*modules)


def test_hash_follows_content():
    assert code_hash("rscnav.seeds") == code_hash("rscnav.seeds")
    assert code_hash("rscnav.seeds") != code_hash("rscnav.files")
