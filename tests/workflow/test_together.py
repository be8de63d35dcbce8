"""Networks of one shape in one job, or each in its own: the same sessions come out."""

import yaml
from tiny_project import TINY, jobs, snakemake

from rscnav.sessions.hdf5 import read_session
from rscnav.sessions.rollout import read_curve

SWEEP = {
    "name": "n",
    "hidden_size": 4,
    "seeds": [1, 2],
    "cell": ["gru", "tanh"],
    "training": {"peak_rate": [0.002, 0.004]},
}
CHANGES = {"networks": [SWEEP], "recordings": [], "simulations": []}
SESSIONS = [
    f"n-{cell}-peak_rate-{rate}-s{seed}" for cell in ("gru", "tanh") for rate in (0.002, 0.004) for seed in (1, 2)
]


def write(project, **changes):
    (project / "tiny.yaml").write_text(yaml.safe_dump(TINY | CHANGES | changes))


def test_one_job_a_shape_or_one_a_network(project):
    expected = {"jobs": {"train": 8}, "ensemble": {"train_together_1": 1, "train_together_2": 1}, "auto": {"train": 8}}
    for together, training in expected.items():  # the tiny project trains on a CPU
        write(project, together=together)
        run = snakemake(project, "--dry-run")
        assert run.returncode == 0, run.stdout[-3000:]
        found = jobs(run.stdout)
        assert {rule: n for rule, n in found.items() if rule.startswith("train")} == training
        assert found["rollout"] == len(SESSIONS)


def test_a_network_of_its_own_shape_keeps_a_job_of_its_own(project):
    write(
        project,
        together="ensemble",
        networks=[SWEEP | {"cell": ["gru"]}, {"name": "m", "hidden_size": 5, "seeds": [1]}],
    )
    assert {rule for rule in jobs(snakemake(project, "--dry-run").stdout) if rule.startswith("train")} == {
        "train",
        "train_together_1",
    }


def test_an_ensemble_s_job_makes_every_member_s_session(project):
    write(project, together="ensemble", networks=[SWEEP | {"cell": ["gru"]}])
    members = [name for name in SESSIONS if "gru" in name]
    targets = [f"results/sessions/{name}.h5" for name in members]
    run = snakemake(project, *targets)
    assert run.returncode == 0, run.stdout[-3000:]
    assert jobs(run.stdout) == {"train_together_1": 1, "rollout": len(members)}
    log = (project / "results" / "logs" / "train" / f"{members[0]}-and-3-more.log").read_text()
    assert f"{members[0]} … {members[-1]} (4 networks)" in log
    for name in members:
        assert read_curve(project / "results" / "networks" / name / "curve.csv")["batch"][-1] == 6
        assert read_session(project / "results" / "sessions" / f"{name}.h5", ()).n_units == 4
    assert "Nothing to be done" in snakemake(project, *targets).stdout
    write(
        project, together="ensemble", networks=[SWEEP | {"cell": ["gru"]}], training=TINY["training"] | {"n_batches": 7}
    )
    assert jobs(snakemake(project, "--dry-run", *targets).stdout)["train_together_1"] == 1
