# Bias and spread of each estimate on the simulated example, by the count of units and trials: `make ground-truth`. A killed
# run resumes where it stopped. Shorter: snakemake -s workflow/ground_truth.smk --config seeds=2
from rscnav.errors import InvalidValueError
from rscnav.workflow.jobs.planned import settings_file, settings_file_text
from rscnav.workflow.jobs.studies import planned_ground_truth
from rscnav.config.load import load_config, read_files
from rscnav.config.results_folder import results_folder
from rscnav.files.atomic import write_text
from snakemake.exceptions import WorkflowError


include: "rules/owner.smk"


try:
    RESULTS = results_folder(str(config.get("results_dir", "results/ground_truth")))
    USERS_FILE = config.get("config", "config.yaml")
    CONFIG = load_config(USERS_FILE)
    CONFIG_TEXT = settings_file_text(CONFIG, read_files(USERS_FILE)[0])
except InvalidValueError as error:
    raise WorkflowError(f"the configuration is not valid.\n{error}") from None
CONFIG_FILE = settings_file(
    RESULTS, CONFIG_TEXT
)  # jobs read this copy, so an edit of the user's file does not change a running job
ON_START.append(lambda: write_text(CONFIG_FILE, CONFIG_TEXT))
SEEDS = range(1, int(config.get("seeds", 5)) + 1)
UNITS = [int(n) for n in str(config.get("units", "5,20,80,320")).split(",")]
TRIALS = [int(n) for n in str(config.get("trials", "10,30,100,300")).split(",")]
TRUTH_TRIALS = int(config.get("truth_trials", 3000))
MOST = f"--units {max(UNITS)} --trials {max(TRIALS)}"


def planned_with(part):
    """Return the parameters that are a job's rerun triggers, and the mark that its command checks."""
    job = planned_ground_truth(None if part == "summary" else CONFIG, part)
    return {"settings": job.settings, "code": job.code, "expect": job.mark}


PARTS = [
    f"{RESULTS}/parts/s{seed}/spikes-{units}-{trials}.csv" for seed in SEEDS for units in UNITS for trials in TRIALS
]
PARTS += [f"{RESULTS}/parts/s{seed}/rates-{max(UNITS)}-{max(TRIALS)}.csv" for seed in SEEDS]


rule summary:
    default_target: True
    input:
        parts=PARTS,
        truth=f"{RESULTS}/truth.csv",
        digests=[f"{table}.sha256" for table in [*PARTS, f"{RESULTS}/truth.csv"]],
    output:
        multiext(
            f"{RESULTS}/", "estimates.csv", "estimates.csv.sha256", "needs.md", "ground_truth.png", "ground_truth.pdf"
        ),
    params:
        **planned_with("summary"),
    shell:
        "rscnav ground-truth summary --expect {params.expect:q} --inputs {input.parts:q} --truth {input.truth:q} --folder {RESULTS:q} && cat {output[2]:q}"


rule simulate:
    output:
        session=temp(f"{RESULTS}/sessions/s{{seed}}/spikes.h5"),
        rates=temp(f"{RESULTS}/sessions/s{{seed}}/rates.h5"),
    log:
        f"{RESULTS}/logs/s{{seed}}/simulate.log",
    wildcard_constraints:
        seed=r"\d+",
    params:
        **planned_with("simulate"),
    shell:
        "rscnav ground-truth simulate --config {CONFIG_FILE:q} --expect {params.expect:q} --seed {wildcards.seed:q} {MOST} --output {output.session:q} "
        "--rates {output.rates:q} 2>&1 | tee {log:q}"


rule measure:
    input:
        f"{RESULTS}/sessions/s{{seed}}/{{activity}}.h5",
    output:
        rows=f"{RESULTS}/parts/s{{seed}}/{{activity}}-{{units}}-{{trials}}.csv",
        digest=f"{RESULTS}/parts/s{{seed}}/{{activity}}-{{units}}-{{trials}}.csv.sha256",
    log:
        f"{RESULTS}/logs/s{{seed}}/{{activity}}-{{units}}-{{trials}}.log",
    wildcard_constraints:
        seed=r"\d+",
        activity="spikes|rates",
        units=r"\d+",
        trials=r"\d+",
    threads: 1
    params:
        **planned_with("measure"),
        drawn_from=MOST,
    shell:
        "rscnav ground-truth measure --config {CONFIG_FILE:q} --expect {params.expect:q} --seed {wildcards.seed:q} --units {wildcards.units:q} "
        "--trials {wildcards.trials:q} --activity {wildcards.activity:q} --session {input:q} --output {output.rows:q} 2>&1 | tee {log:q}"


rule truth:
    output:
        rows=f"{RESULTS}/truth.csv",
        digest=f"{RESULTS}/truth.csv.sha256",
    log:
        f"{RESULTS}/logs/truth.log",
    params:
        **planned_with("truth"),
    shell:
        "rscnav ground-truth truth --config {CONFIG_FILE:q} --expect {params.expect:q} --trials {TRUTH_TRIALS} --units {UNITS} --output {output.rows:q} "
        "2>&1 | tee {log:q}"
