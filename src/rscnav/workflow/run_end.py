"""End of a run: list of products; after failures a table of failed jobs, and joint outputs without them.

A failed job writes nothing and ends with exit status 1. Snakemake then also skips all joint outputs (figures, numbers and comparisons
of several sessions). At the end of such a run, the commands of these joint jobs are therefore run with a list of missing results.
Their outputs are marked as incomplete in Snakemake's record, so that the next run makes them again.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rscnav.analyses.missing_results import Missing, MissingCause, missing_text
from rscnav.config.job_settings import session_names
from rscnav.config.schema import Config
from rscnav.files.atomic import write_text

STAGES = {
    "import_recording": "reading",
    "train": "training",
    "rollout": "roll-out",
    "network_dynamics": "dynamics",
    "simulate": "simulation",
    "sample_network": "sampling",
}
FEW = 20  # failed jobs on the terminal; the file lists all
NO_MESSAGE = (
    "no message in its log: it was killed, most likely out of memory (run fewer jobs at once, for example --cores 1)"
)


@dataclass(frozen=True)
class Unfinished:
    """A job that failed, or that could not begin because others had failed (`causes`)."""

    rule: str
    item: str
    outputs: tuple[str, ...]
    log: str
    command: str
    failed: bool
    causes: tuple["Unfinished", ...]
    job: Any = None

    @property
    def figure(self) -> bool:
        """Whether the job draws a figure."""
        return self.rule.startswith("figure_")


def at_error(workflow: Any, config: Config) -> None:
    """Print the failed jobs with their causes, and make joint outputs of the other sessions.

    `workflow` is the `snakemake.workflow.Workflow`; called by ``onerror`` of the Snakefile.
    """
    jobs = unfinished_jobs(workflow)
    failed = [job for job in jobs if job.failed]
    if not failed:
        return
    since = workflow.start_time.timestamp()
    reasons = {job.outputs: why(job.log, since) for job in failed}
    n_waiting = sum(not job.failed and bool(job.causes) for job in jobs)
    write_text(f"{config.results_dir}/logs/failed.txt", failed_text(failed, reasons, n_waiting))
    print(failed_text(failed, reasons, n_waiting, FEW, config.results_dir), file=sys.stderr, flush=True)
    if interrupted(workflow) or not all(job.failed or job.causes for job in jobs):
        return
    made, not_made = make_joint(jobs, missing_from(jobs, reasons, config), config, workflow)
    if made:
        print(
            f"{len(made)} joint outputs were made from the available results; they list what is missing, and the next run makes "
            "them again.",
            file=sys.stderr,
        )
    for job, message in not_made:
        print(f"  {job.rule} could not be made from the available results: {message}", file=sys.stderr)
    sys.stderr.flush()


def unfinished_jobs(workflow: Any) -> list[Unfinished]:
    """Return the unfinished jobs of a run, each with the failed jobs that it depends on."""
    dag = workflow.dag
    failed = {single for job in workflow.scheduler.failed for single in (job.jobs if job.is_group() else [job])}
    waiting = set(dag.needrun_jobs())
    found: dict[Any, Unfinished] = {}

    def describe(job: Any) -> Unfinished:
        if job not in found:
            before = [describe(needed) for needed in dag.dependencies[job] if needed in waiting]
            roots = [root for one in before for root in ([one] if one.failed else one.causes)]
            causes = {root.outputs: root for root in roots}.values()
            item = str(next(iter(job.wildcards), ""))
            log, command = next(iter(map(str, job.log)), ""), job.shellcmd or ""
            outputs = tuple(map(str, job.output))
            found[job] = Unfinished(job.rule.name, item, outputs, log, command, job in failed, tuple(causes), job)
        return found[job]

    described = [describe(job) for job in waiting if job.output]
    return sorted(described, key=lambda job: (job.rule, job.item))


def interrupted(workflow: Any) -> bool:
    """Return whether the run was ended by Ctrl-C (jobs are still running) or a signal."""
    return bool(workflow.scheduler.running) or bool(getattr(workflow.scheduler, "_user_kill", None))


def why(log: str, since: float) -> str:
    """Return the last error in a job's log that was written after `since` (seconds since 1970)."""
    path = Path(log)
    if not log or not path.is_file() or path.stat().st_mtime < since - 1:
        return "the job ended before it wrote a log"
    text = path.read_text(encoding="utf-8", errors="replace")
    errors = re.split(r"^rscnav [\w-]+: (?:internal )?error: ", text, flags=re.MULTILINE)
    if len(errors) > 1:
        return re.split(r"\n\((?:RSCNAV_DEBUG|rscnav )", errors[-1])[0].strip()
    if "Traceback (most recent call last)" in text:
        return text.strip().splitlines()[-1].strip()
    return NO_MESSAGE


def failed_text(
    failed: Sequence[Unfinished], reasons: Mapping[Any, str], n_waiting: int, most: int | None = None, results: str = ""
) -> str:
    """Return the table of failed jobs: rule, item, log and cause; only the first `most`, if given."""
    shown = sorted(failed, key=lambda job: (job.rule, job.item))[:most]
    wide = [max(len(text) for text in column) for column in zip(*(_row(job) for job in shown), strict=True)]
    count = f"{len(failed)} job{'s' if len(failed) > 1 else ''} failed"
    lines = ["", count + (f", and {n_waiting} that depend on them were not started:" if n_waiting else ":")]
    for job in shown:
        row = "  ".join(text.ljust(width) for text, width in zip(_row(job), wide, strict=True))
        lines.append(f"  {row}  {job.log}".rstrip())
        lines += [f"      {line.strip()}" for line in reasons[job.outputs].splitlines()]
    if len(failed) > len(shown):
        lines.append(f"  and {len(failed) - len(shown)} more: {results}/logs/failed.txt lists all")
    return "\n".join(lines) + "\n"


def _row(job: Unfinished) -> tuple[str, str]:
    return job.rule, job.item or "all sessions"


def missing_from(jobs: Iterable[Unfinished], reasons: Mapping[Any, str], config: Config) -> Missing:
    """Return the sessions, results and comparisons that unfinished jobs did not make, each with its cause."""
    sessions: dict[str, MissingCause] = {}
    results: dict[str, dict[str, MissingCause]] = {}
    comparisons: dict[str, MissingCause] = {}
    pooled = None
    for job in jobs:
        cause = job if job.failed else job.causes[0]
        stage = STAGES.get(cause.rule.removesuffix("_without_network"), cause.rule.removeprefix("analyse_"))
        gap = MissingCause(stage, cause.item, reasons[cause.outputs], cause.log)
        for output in job.outputs:
            folder, *rest = output.removeprefix(f"{config.results_dir}/").split("/")
            name = rest[-1].removesuffix(".h5") if rest else ""
            if folder == "sessions":
                sessions[name] = gap
            elif folder == "analyses":
                results.setdefault(name, {})[rest[0]] = gap
            elif folder == "comparisons" and output.endswith(".h5"):
                comparisons[name] = gap
            elif [folder, name] == ["numbers", "pooled"]:
                pooled = gap
    single = {session: found for session, found in results.items() if session not in sessions}
    return Missing(sessions, single, comparisons, pooled)


def make_joint(
    jobs: Iterable[Unfinished], missing: Missing, config: Config, workflow: Any
) -> tuple[list[Unfinished], list[tuple[Unfinished, str]]]:
    """Run the commands of joint jobs with the list of missing results; return the jobs done, and failed jobs with messages."""
    waiting = [job for job in jobs if not job.failed]
    file = f"{config.results_dir}/logs/missing.json"
    made: list[Unfinished] = []
    not_made: list[tuple[Unfinished, str]] = []
    for rules in ({"compare"}, {"pool", "plot_comparison"}, {"summary"}, None):
        write_text(file, missing_text(missing))
        due = [job for job in waiting if (job.figure if rules is None else job.rule in rules)]
        due = [job for job in due if _can_be_made(job, missing, config)]
        for job in due:  # marked as incomplete first, so that the next run makes them again in any case
            workflow.persistence.started(job.job)
        with ThreadPoolExecutor(max(1, min(int(workflow.cores or 1), len(due) or 1))) as pool:
            for job, message in zip(due, pool.map(lambda job: _run(job, file), due), strict=True):
                if message:
                    not_made.append((job, message))
                    continue
                made.append(job)
                if job.rule == "compare":
                    rest = {name: gap for name, gap in missing.comparisons.items() if name != job.item}
                    missing = replace(missing, comparisons=rest)
                if job.rule == "pool":
                    missing = replace(missing, pooled=None)
    return made, not_made


def _can_be_made(job: Unfinished, missing: Missing, config: Config) -> bool:
    """Return whether enough sessions are left for a joint job."""
    if job.rule == "compare":
        sessions = next((c.sessions for c in config.comparisons if c.name == job.item), None) or []
        return len(missing.left(sessions)) > 1
    if job.rule == "plot_comparison":
        return job.item not in missing.comparisons
    if job.rule == "pool":
        return bool(missing.left(session_names(config)))
    return not (job.figure and job.item in missing.sessions)  # a figure of one missing session


def _run(job: Unfinished, file: str) -> str:
    """Run the command of a job with the list of missing results; return '' on success, else the first line of its output."""
    command = re.sub(
        r"^(rscnav [\w-]+) ", lambda found: f"{found[1]} --missing {shlex.quote(file)} ", job.command.strip()
    )
    if job.log:
        os.makedirs(os.path.dirname(job.log) or ".", exist_ok=True)
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail; {command}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stdout.strip().splitlines() or ["no message"])[0]


def products(config: Config, figures: Iterable[str], comparisons: Iterable[str]) -> str:
    """Return a list of the products of a run: figures, numbers, exports; only those that exist."""
    results = config.results_dir
    drawn = [f"{results}/figures/{figure}.png" for figure in figures]
    drawn += [f"{results}/figures/comparisons/{comparison}.png" for comparison in comparisons]
    drawn = [path for path in drawn if os.path.exists(path)]
    lines = [""]
    if drawn:
        of_one = any(os.path.isdir(f"{results}/figures/{session}") for session in session_names(config))
        lines.append(
            "Figures of all sessions, as PNG and PDF"
            + (f" (figures of one session: {results}/figures/SESSION):" if of_one else ":")
        )
        lines += [f"  {path}" for path in drawn]
    if os.path.exists(f"{results}/numbers/summary.json"):
        lines.append(f"Numbers: {results}/numbers/summary.json")
    if os.path.isdir(f"{results}/export"):
        lines.append(f"Sessions for other programs (NWB, tables): {results}/export")
    return "\n".join(lines) if len(lines) > 1 else ""
