"""The end of a run: which jobs failed and why, what is missing, which joint outputs are made with named gaps."""

import json
import os
import time
from types import SimpleNamespace

import pytest

from rscnav.analyses.missing_results import NOTHING, Missing, MissingCause, missing_text, read_missing, read_results
from rscnav.analyses.result import Result, write_result
from rscnav.config.load import parse_config
from rscnav.figures.layout import SessionResults
from rscnav.figures.missing_results import MOST, gaps_of
from rscnav.figures.registry import draw_figure
from rscnav.figures.style import Canvas
from rscnav.workflow.run_end import NO_MESSAGE, at_error, interrupted, products, unfinished_jobs, why

READING = "recording 'rat7', file r.nwb: position.series: there is no series 'angel'; there are: angle"


class Job:
    """What this module uses of one of Snakemake's jobs."""

    def __init__(self, rule, outputs, wildcards=(), log="", command=""):
        self.rule, self.output, self.wildcards = SimpleNamespace(name=rule), outputs, wildcards
        self.log, self.shellcmd = [log] if log else [], command

    def is_group(self):
        return False


def workflow(jobs, needs, failed, running=(), kill=None):
    """Make what this module uses of a workflow whose `jobs` are unfinished."""
    started = []
    return SimpleNamespace(
        dag=SimpleNamespace(needrun_jobs=lambda: iter(jobs), dependencies={job: needs.get(job, {}) for job in jobs}),
        scheduler=SimpleNamespace(failed=set(failed), running=set(running), _user_kill=kill),
        start_time=SimpleNamespace(timestamp=lambda: time.time() - 60),
        persistence=SimpleNamespace(started=started.append),
        cores=2,
        started=started,
    )


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recordings = [{"name": name, "file": "r.nwb"} for name in ("rat6", "rat7", "rat8")]
    return parse_config({"recordings": recordings, "comparisons": [{"name": "side"}]})


@pytest.fixture
def run(config, tmp_path):
    """Make a run in which rat7 could not be read; commands only note how they were called."""
    (tmp_path / "results/logs").mkdir(parents=True)
    (tmp_path / "results/logs/rat7.log").write_text(
        f"rscnav import-recording: error: {READING}\n(RSCNAV_DEBUG=1 shows the traceback)\n"
    )
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    (bin_dir / "rscnav").write_text('#!/bin/sh\necho "$@" >> calls.txt\n')
    (bin_dir / "rscnav").chmod(0o755)
    read = Job(
        "import_recording", ["results/sessions/rat7.h5"], ["rat7"], "results/logs/rat7.log", "rscnav import-recording x"
    )
    tuning = Job("analyse_tuning_entropy", ["results/analyses/tuning_entropy/rat7.h5"], ["rat7"])
    across = Job("pool", ["results/numbers/pooled.h5"], command="rscnav pool --config c 2>&1")
    compare = Job("compare", ["results/comparisons/side.h5"], ["side"], command="rscnav compare --name side")
    beside = Job(
        "plot_comparison", ["results/comparisons/side.csv"], ["side"], command="rscnav plot-comparison --name side"
    )
    figure = Job("figure_entropy", ["results/figures/entropy.pdf"], command="rscnav plot --figure entropy")
    own = Job("figure_entropy_of_session", ["results/figures/rat7/entropy.pdf"], ["rat7"], command="rscnav plot --own")
    numbers = Job("summary", ["results/numbers/summary.json"], command="rscnav summary --config 'a b'")
    everything = Job("all", [])
    needs = {tuning: {read: 1}, across: {tuning: 1}, compare: {read: 1}, beside: {compare: 1, tuning: 1}}
    needs |= {figure: {tuning: 1}, own: {tuning: 1}, numbers: {across: 1, compare: 1}, everything: {numbers: 1}}
    jobs = [numbers, figure, own, beside, across, compare, tuning, read, everything]
    return SimpleNamespace(jobs=jobs, needs=needs, read=read, path=f"{bin_dir}{os.pathsep}{os.environ['PATH']}")


def calls(tmp_path):
    path = tmp_path / "calls.txt"
    return path.read_text().splitlines() if path.exists() else []


def test_failed_and_waiting_jobs(run):
    jobs = {job.rule: job for job in unfinished_jobs(workflow(run.jobs, run.needs, [run.read]))}
    assert [job.rule for job in jobs.values() if job.failed] == ["import_recording"]
    assert {job.causes[0].item for job in jobs.values() if not job.failed} == {"rat7"}
    assert "all" not in jobs


def test_the_table_and_the_joint_outputs(run, config, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", run.path)
    at = workflow(run.jobs, run.needs, [run.read])
    at_error(at, config)
    said = capsys.readouterr().err
    assert "1 job failed, and 7 that depend on them were not started" in said
    assert "import_recording  rat7  results/logs/rat7.log" in said
    assert READING in said
    assert "5 joint outputs were made from the available results" in said
    assert (tmp_path / "results/logs/failed.txt").read_text() in said + "\n"
    done = calls(tmp_path)
    assert done[0] == "compare --missing results/logs/missing.json --name side"
    assert set(done[1:3]) == {
        "pool --missing results/logs/missing.json --config c",
        "plot-comparison --missing results/logs/missing.json --name side",
    }
    assert done[3:] == [
        "summary --missing results/logs/missing.json --config a b",
        "plot --missing results/logs/missing.json --figure entropy",
    ]
    assert [job.rule.name for job in at.started] == ["compare", "plot_comparison", "pool", "summary", "figure_entropy"]
    missing = read_missing("results/logs/missing.json")
    assert missing == Missing({"rat7": MissingCause("reading", "rat7", READING, "results/logs/rat7.log")})


def test_one_analysis_that_failed_is_a_gap_of_its_own(run, config, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", run.path)
    tuning = next(job for job in run.jobs if job.rule.name == "analyse_tuning_entropy")
    own = next(job for job in run.jobs if job.rule.name == "figure_entropy_of_session")
    at_error(workflow([tuning, own], {own: {tuning: 1}}, [tuning]), config)
    assert calls(tmp_path) == ["plot --missing results/logs/missing.json --own"]
    missing = read_missing("results/logs/missing.json")
    assert missing.sessions == {}
    assert (
        missing.results["rat7"]["tuning_entropy"].short("rat7")
        == "tuning_entropy failed: the job ended before it wrote a log"
    )


def test_with_too_little_left_nothing_is_made_up(run, config, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", run.path)
    others = [
        Job("import_recording", [f"results/sessions/{name}.h5"], [name], "results/logs/rat7.log")
        for name in ("rat6", "rat8")
    ]
    compare = next(job for job in run.jobs if job.rule.name == "compare")
    run.needs[compare] = dict.fromkeys((run.read, *others), 1)
    at_error(workflow([*run.jobs, *others], run.needs, [run.read, *others]), config)
    assert "3 jobs failed" in capsys.readouterr().err
    assert {line.split()[0] for line in calls(tmp_path)} == {"plot", "summary"}  # none to compare, none to sum up


@pytest.mark.parametrize("how", [{"running": ["a job"]}, {"kill": "graceful"}])
def test_after_an_interruption_nothing_is_made(run, config, tmp_path, how, monkeypatch):
    monkeypatch.setenv("PATH", run.path)
    at = workflow(run.jobs, run.needs, [run.read], **how)
    assert interrupted(at)
    at_error(at, config)
    assert (calls(tmp_path), at.started) == ([], [])


def test_a_run_that_stops_at_the_first_failure_makes_nothing(run, config, tmp_path, monkeypatch):
    """Without --keep-going some jobs were just not begun: what they would have made is not missing for a reason."""
    monkeypatch.setenv("PATH", run.path)
    at_error(
        workflow([*run.jobs, Job("import_recording", ["results/sessions/rat8.h5"], ["rat8"])], run.needs, [run.read]),
        config,
    )
    assert calls(tmp_path) == []


def test_a_command_that_fails_is_named(run, config, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", run.path)
    (tmp_path / "bin" / "rscnav").write_text('#!/bin/sh\n[ "$1" != plot ] || { echo broken; exit 1; }\n')
    at_error(workflow(run.jobs, run.needs, [run.read]), config)
    said = capsys.readouterr().err
    assert "4 joint outputs" in said
    assert "figure_entropy could not be made from the available results: broken" in said


def test_many_failures_are_counted(config, tmp_path, capsys):
    jobs = [Job("import_recording", [f"results/sessions/r{k}.h5"], [f"r{k}"]) for k in range(50)]
    at_error(workflow(jobs, {}, jobs), config)
    said = capsys.readouterr().err
    assert said.count("\n  import_recording") == 20
    assert "and 30 more: results/logs/failed.txt lists all" in said
    assert (tmp_path / "results/logs/failed.txt").read_text().count("\n  import_recording") == 50


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "rscnav import-recording: error: one\nrscnav import-recording: error: two\n  and more\n(RSCNAV_DEBUG=1 shows the traceback)\n",
            "two\n  and more",
        ),
        ("progress\n", NO_MESSAGE),
        ("", NO_MESSAGE),
        ("Traceback (most recent call last):\n  File\nTypeError: no\n", "TypeError: no"),
        (
            "Traceback\nKeyError: 1\nrscnav pool: internal error: KeyError: 1; please report this\n(rscnav 0.1.0; command: x)\n",
            "KeyError: 1; please report this",
        ),
        ("rscnav import-recording: error: nothing after it", "nothing after it"),
    ],
)
def test_reasons(tmp_path, text, reason):
    (tmp_path / "x.log").write_text(text)
    assert why(str(tmp_path / "x.log"), time.time() - 60) == reason
    assert why(str(tmp_path / "x.log"), time.time() + 60) == "the job ended before it wrote a log"
    assert why(str(tmp_path / "no.log"), 0) == why("", 0) == "the job ended before it wrote a log"


def test_the_list_of_what_is_missing(tmp_path):
    gap = MissingCause("reading", "rat7", "a\n reason " + "x" * 300, "a.log")
    missing = Missing({"rat7": gap}, {"rat8": {"tuning_entropy": gap}}, {"side": gap}, gap)
    (tmp_path / "m.json").write_text(missing_text(missing))
    assert read_missing(tmp_path / "m.json") == missing
    assert missing.left(["rat6", "rat7", "rat8"]) == ["rat6", "rat8"]
    assert gap.short("rat7").startswith("reading failed: a reason xxx")
    assert gap.short("n-like-rat7").startswith("reading of rat7 failed: a reason")
    assert len(gap.short()) == 200
    for text in ("[]", "{}", "no json", json.dumps({"sessions": {"a": 1}})):
        (tmp_path / "m.json").write_text(text)
        with pytest.raises(ValueError, match=r"m.json: not a list of missing results"):
            read_missing(tmp_path / "m.json")


def test_a_missing_result_is_not_read_even_where_an_old_one_lies(tmp_path):
    for analysis in ("tuning_entropy", "spatial_entropy"):
        write_result(Result(), tmp_path / analysis / "rat8.h5")
    missing = Missing(results={"rat8": {"tuning_entropy": MissingCause("tuning_entropy", "rat8", "died", "x.log")}})
    found = read_results(tmp_path, "rat8", ("tuning_entropy", "spatial_entropy"), missing)
    assert (found["tuning_entropy"].status, found["tuning_entropy"].reason) == ("failed", "tuning_entropy failed: died")
    assert found["spatial_entropy"].applicable
    assert all(
        result.applicable
        for result in read_results(tmp_path, "rat8", ("tuning_entropy", "spatial_entropy"), NOTHING).values()
    )
    assert gaps_of(missing, ["rat7", "rat8"], ("tuning_entropy",)) == {"rat8": "tuning_entropy failed: died"}
    assert gaps_of(missing, ["rat7", "rat8"], ("spatial_entropy",)) == {}


@pytest.mark.parametrize("n_gaps", [1, MOST + 3])
@pytest.mark.parametrize("n_drawn", [0, 2])
def test_gaps_are_named_below_the_panels(n_gaps, n_drawn, tmp_path):
    canvas = Canvas(dpi=50)
    results = {"state_space": Result(status="failed", reason="state_space failed: died")}
    drawn = [SessionResults(f"rat{k}", "recording", results) for k in range(n_drawn)]
    gaps = {f"gone{k}": "reading failed: no series 'angel'" for k in range(n_gaps)}
    figure = draw_figure("state_space", drawn, canvas, gaps=gaps)
    bare = draw_figure("state_space", drawn, canvas)
    canvas.save(figure, tmp_path / "x")
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert texts.count("missing: reading failed: no series 'angel'") == min(n_gaps, MOST)
    assert "gone0" in texts
    assert ("3 more" in texts) == (n_gaps > MOST)
    assert "not applicable" not in " ".join(texts)
    strip = [ax.get_position() for ax in figure.axes if ax.get_label().startswith("gap")]
    panels = [ax.get_position() for ax in figure.axes if not ax.get_label().startswith("gap")]
    assert all(panel.y0 > max(box.y1 for box in strip) for panel in panels)
    assert all(0 <= box.y0 < box.y1 <= 1 for box in strip)
    assert figure.get_size_inches()[1] > bare.get_size_inches()[1]


def test_only_what_is_there_is_named(config, tmp_path):
    assert products(config, ["task"], ["side"]) == ""
    for name in ("figures/task.png", "numbers/summary.json"):
        (tmp_path / "results" / name).parent.mkdir(parents=True)
        (tmp_path / "results" / name).touch()
    said = products(config, ["task", "entropy"], ["side"])
    assert "results/figures/task.png" in said
    assert "Numbers: results/numbers/summary.json" in said
    for absent in ("entropy", "side", "export", "SESSION"):
        assert absent not in said
