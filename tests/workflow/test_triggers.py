"""What runs again after an edit: exactly what depends on it.

In one finished project (its files were made by a script that only creates them), one edit at a time, what `snakemake -n`
plans is compared with what should run.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from helpers.project import TINY, copy_source, environment, jobs
from rscnav.analyses.registry import ANALYSES
from rscnav.export.tables import table_files

pytestmark = pytest.mark.slow

FIGURES = ("task", "entropy", "dimension", "dynamics")  # those that are kept, for speed
NETWORKS = [
    {"name": "a", "hidden_size": 6, "seeds": [1]},
    {"name": "b", "cell": "tanh", "hidden_size": 6, "seeds": [1]},
]
N_NETWORKS, N_SESSIONS = 2, 4  # and one sampled, one recorded

MAKE_FILES = """#!/bin/sh
# In place of rscnav: makes the outputs of a command, empty.
made() { mkdir -p "$(dirname "$1")" && : > "$1"; }
while [ $# -gt 0 ]; do
    case $1 in
        --output-dir) made "$2/weights.pt"; made "$2/curve.csv"; made "$2/curve.csv.sha256" ;;
        --output)
            made "$2"
            case $2 in
                *.pdf) made "${2%.pdf}.png" ;;
                *.nwb) made "${2%.nwb}_truth.h5" ;;
            esac ;;
        --nwb) made "$2" ;;
        --table) made "$2"; made "$2.sha256" ;;
        --tables) for table in TABLES; do made "$2/$table"; done ;;
    esac
    shift
done
"""


class Project:
    """A finished project: files may be edited for a while, and what would run again is counted."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.source = folder, copy_source(folder)
        (folder / "bin").mkdir()
        command = folder / "bin" / "rscnav"
        command.write_text(MAKE_FILES.replace("TABLES", " ".join(table_files("parquet"))))
        command.chmod(0o755)
        table = self.source / "figures" / "registry.py"
        lines = table.read_text().splitlines(keepends=True)
        dropped = re.compile(rf'    "(?!({"|".join(FIGURES)})")\w+": "rscnav.figures')
        table.write_text("".join(line for line in lines if not dropped.match(line)))

    def snakemake(self, *arguments: str, path: str = "", **changes) -> str:
        (self.folder / "tiny.yaml").write_text(yaml.safe_dump(TINY | {"networks": NETWORKS} | changes))
        variables = environment(self.folder)
        variables["PATH"] = f"{self.folder / 'bin'}{os.pathsep}{variables['PATH']}"
        variables["PYTHONPATH"] += os.pathsep + path
        run = subprocess.run(
            ["snakemake", "--configfile", "tiny.yaml", *arguments],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
        )
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
        return run.stdout + run.stderr

    def planned(self, path: str = "", **changes) -> dict[str, int]:
        """Count the jobs that would run, by rule; `changes` are other settings, `path` comes before installed packages."""
        output = self.snakemake("-n", path=path, **changes)
        return {} if "Nothing to be done" in output else jobs(output)

    @contextmanager
    def edited(self, **edits: Callable[[str], str]) -> Iterator[None]:
        """Edit files of the package: the file's path, slashes as two underscores, without .py."""
        paths = {self.source / f"{name.replace('__', '/')}.py": change for name, change in edits.items()}
        before = {path: path.read_text() if path.exists() else None for path in paths}
        try:
            for path, change in paths.items():
                text = change(before[path] or "")
                assert text != before[path]
                path.write_text(text)
            yield
        finally:
            for path, text in before.items():
                path.unlink() if text is None else path.write_text(text)

    def copy_of(self, name: str) -> Callable[[str], str]:
        return lambda _: (self.source / f"{name}.py").read_text()


def line(text: str) -> str:
    """Add a line that does something."""
    return text + "\nEDITED = True\n"


def comment(text: str) -> str:
    """Add comments, and words to the first docstring."""
    assert text.startswith('"""')
    return '"""Edited. ' + text[3:] + "\n\n# edited\n"


def entry(table: str, name: str, value: str) -> Callable[[str], str]:
    """Add a line to a table."""

    def edit(text: str) -> str:
        head, found, rest = text.partition(f"{table}: Registry[str] = {{\n")
        assert found
        return f'{head}{found}    "{name}": "{value}",\n{rest}'

    return edit


@pytest.fixture(scope="module")
def finished(shared_project):
    project = Project(shared_project)
    project.snakemake("--cores", "2")
    assert project.planned() == {}
    return project


def figures(*names: str) -> dict[str, int]:
    """Count the jobs of figures: of all sessions, and one a session."""
    return {f"figure_{name}": 1 for name in names} | {f"figure_{name}_of_session": N_SESSIONS for name in names}


ANALYSES_ALL = {f"analyse_{name}": N_SESSIONS for name in ANALYSES}
FROM_SESSIONS = {
    **ANALYSES_ALL,
    **figures(*FIGURES),
    "export_nwb": N_SESSIONS,
    "export_tables": N_SESSIONS,
    **dict.fromkeys(("pool", "compare", "plot_comparison", "summary"), 1),
}
EVERYTHING = {
    **FROM_SESSIONS,
    "train": N_NETWORKS,
    "rollout": N_NETWORKS,
    "network_dynamics": N_NETWORKS,
    "network_dynamics_without_network": N_SESSIONS - N_NETWORKS,
    **dict.fromkeys(("simulate", "import_recording", "sample_network"), 1),
}

NO_EFFECT: dict[str, Callable[[str], str]] = {
    "files__atomic": comment,
    "workflow__provenance__provenance": comment,
    "seeds": comment,
    "registry": comment,
    "cli__common": comment,
    "cli__train": comment,
    "networks__training__progress": comment,
    "networks__model": comment,
    "analyses__tuning__rate_dispersion": comment,
    "sessions__hdf5": comment,
    "figures__style": comment,
    "export__nwb__writer": comment,
    "tasks__registry": lambda text: comment(entry("TASKS", "other", "rscnav.tasks.arena")(text)),
    "networks__cells__registry": entry("CELLS", "other", "rscnav.networks.cells.vanilla:Tanh"),
    "networks__learning_rules__registry": entry("RULES", "other", "rscnav.networks.learning_rules.bptt:BPTT"),
    "observers__registry": entry("STRATEGIES", "other", "another observer"),
    "networks__learning_rules__eprop": line,
    "networks__cells__non_recurrent": line,
    "tasks__arena": line,
    "observers__arena": line,
    "workflow__jobs__planned": line,
    "cli__main": line,
    "cli__status": line,
    "inspection__report": line,
}
SETTINGS_WITHOUT_EFFECT = {
    "device": "cuda",
    "train_jobs": "ensemble",
    "training": TINY["training"] | {"checkpoint_every_s": 9.0},
}


def test_what_changes_no_result_reruns_nothing(finished):
    with finished.edited(**NO_EFFECT):
        found = finished.planned(**SETTINGS_WITHOUT_EFFECT)
    if found:  # whose fault it is
        alone = {}
        for name, change in NO_EFFECT.items():
            with finished.edited(**{name: change}):
                alone[name] = finished.planned()
        alone |= {key: finished.planned(**{key: value}) for key, value in SETTINGS_WITHOUT_EFFECT.items()}
        assert {name: rules for name, rules in alone.items() if rules} == {}
    assert found == {}


EDITS: dict[str, tuple[dict[str, Callable[[str], str]], dict[str, int]]] = {
    "one analysis": (
        {"analyses__tuning__rate_dispersion": line},
        {"analyse_rate_dispersion": N_SESSIONS, **figures("entropy"), "pool": 1, "plot_comparison": 1, "summary": 1},
    ),
    "one figure": ({"figures__dynamics": line}, figures("dynamics")),
    "the NWB export": ({"export__nwb__writer": line}, {"export_nwb": N_SESSIONS}),
    "the export of tables": ({"export__tables": line}, {"export_tables": N_SESSIONS}),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_reruns_what_uses_the_module(finished, name):
    edits, expected = EDITS[name]
    with finished.edited(**edits):
        assert finished.planned() == expected | {"all": 1}


def test_an_edit_of_what_all_jobs_use_reruns_all(finished):
    with finished.edited(files__atomic=line):
        assert finished.planned() == EVERYTHING | {"all": 1}


def test_a_new_analysis_runs_alone(finished):
    new = {"analyses__again": finished.copy_of("analyses/tuning/spatial_entropy")}
    with finished.edited(analyses__registry=entry("ANALYSES", "again", "rscnav.analyses.again"), **new):
        assert finished.planned() == {"analyse_again": N_SESSIONS, "summary": 1, "all": 1}


def test_a_new_figure_is_drawn_alone(finished):
    new = {"figures__again": finished.copy_of("figures/dynamics")}
    with finished.edited(figures__registry=entry("FIGURES", "again", "rscnav.figures.again"), **new):
        assert finished.planned() == figures("again") | {"all": 1}


def test_a_width_draws_figures_again(finished):
    figure = TINY["figures"] | {"width_mm": 120.0}
    assert finished.planned(figures=figure) == figures(*FIGURES) | {"plot_comparison": 1, "all": 1}


def test_a_cutoff_runs_analyses_again_and_what_reads_them(finished):
    analyses = TINY["analyses"] | {"common": {"cutoff_hz": 0.4}}
    joint = dict.fromkeys(("pool", "compare", "plot_comparison", "summary", "all"), 1)
    assert finished.planned(analyses=analyses) == ANALYSES_ALL | figures("entropy", "dimension") | joint


def test_one_more_seed_trains_one_network(finished):
    networks = [NETWORKS[0] | {"seeds": [1, 2]}, NETWORKS[1]]
    rules = ["train", "rollout", "network_dynamics", "export_nwb", "export_tables", *ANALYSES_ALL, *figures(*FIGURES)]
    assert finished.planned(networks=networks) == dict.fromkeys([*rules, "pool", "summary", "all"], 1)


def test_networks_in_another_order_change_what_shows_the_order(finished):
    shown = [f"figure_{name}" for name in FIGURES] + ["pool", "compare", "plot_comparison", "summary", "all"]
    assert finished.planned(networks=NETWORKS[::-1]) == dict.fromkeys(shown, 1)


def fake_version(folder: Path, package: str) -> str:
    """Pretend that another version of a package is installed; returns what to put before the installed ones."""
    info = folder / package / f"{package}-99.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 99.0\n")
    return str(info.parent)


def test_another_version_of_numpy_reruns_all(finished, tmp_path):
    assert finished.planned(path=fake_version(tmp_path, "numpy")) == EVERYTHING | {"all": 1}


def test_another_version_of_matplotlib_draws_figures_again(finished, tmp_path):
    found = finished.planned(path=fake_version(tmp_path, "matplotlib"))
    assert found == figures(*FIGURES) | {"plot_comparison": 1, "all": 1}


def test_nothing_is_planned_after_all_that(finished):
    assert finished.planned() == {}
