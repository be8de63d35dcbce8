# How the estimates approach the truth, on the simulated example with few and many units and trials: `make ground-truth`. A killed
# run goes on where it was. Shorter: snakemake -s workflow/ground_truth.smk --config seeds=2
from rscnav.analyses.table import ANALYSES
from rscnav.config.load import load_config
from rscnav.config.stages import settings_text
from rscnav.groundtruth.estimates import FEW
from rscnav.groundtruth.measure import EXAMPLE
from rscnav.provenance import code_hash


include: "rules/owner.smk"


CONFIG_FILE = config.get("config", "config.yaml")
CONFIG = load_config(CONFIG_FILE)
RESULTS = config.get("results_dir", "results/ground_truth")
SEEDS = range(1, int(config.get("seeds", 5)) + 1)
UNITS = [int(n) for n in str(config.get("units", "5,20,80,320")).split(",")]
TRIALS = [int(n) for n in str(config.get("trials", "10,30,100,300")).split(",")]
TRUTH_TRIALS = int(config.get("truth_trials", 3000))
MOST = f"--units {max(UNITS)} --trials {max(TRIALS)}"


rule summary:
    default_target: True
    input:
        parts=[
            f"{RESULTS}/parts/s{seed}/spikes-{units}-{trials}.csv"
            for seed in SEEDS
            for units in UNITS
            for trials in TRIALS
        ]
        + [f"{RESULTS}/parts/s{seed}/rates-{max(UNITS)}-{max(TRIALS)}.csv" for seed in SEEDS],
        truth=f"{RESULTS}/truth.csv",
    output:
        multiext(f"{RESULTS}/", "estimates.csv", "needs.md", "ground_truth.png", "ground_truth.pdf"),
    params:
        code=code_hash("rscnav.groundtruth.figure", "rscnav.groundtruth.needs"),
    shell:
        "rscnav groundtruth summary --inputs {input.parts:q} --truth {input.truth:q} --folder {RESULTS:q} && cat {output[1]:q}"


rule simulate:
    output:
        session=temp(f"{RESULTS}/sessions/s{{seed}}/spikes.h5"),
        rates=temp(f"{RESULTS}/sessions/s{{seed}}/rates.h5"),
    log:
        f"{RESULTS}/logs/s{{seed}}/simulate.log",
    wildcard_constraints:
        seed=r"\d+",
    params:
        code=code_hash("rscnav.groundtruth.measure"),
        settings=settings_text(CONFIG, "simulate", EXAMPLE) + settings_text(CONFIG, "read", EXAMPLE),
    shell:
        "rscnav groundtruth simulate --config {CONFIG_FILE:q} --seed {wildcards.seed:q} {MOST} --output {output.session:q} "
        "--rates {output.rates:q} 2>&1 | tee {log:q}"


rule measure:
    input:
        f"{RESULTS}/sessions/s{{seed}}/{{activity}}.h5",
    output:
        f"{RESULTS}/parts/s{{seed}}/{{activity}}-{{units}}-{{trials}}.csv",
    log:
        f"{RESULTS}/logs/s{{seed}}/{{activity}}-{{units}}-{{trials}}.log",
    wildcard_constraints:
        seed=r"\d+",
        activity="spikes|rates",
        units=r"\d+",
        trials=r"\d+",
    threads: 1
    params:
        code=code_hash("rscnav.groundtruth.measure", *(ANALYSES[name] for name in FEW)),
        settings=[settings_text(CONFIG, "analyse", name) for name in FEW],
        drawn_from=MOST,
    shell:
        "rscnav groundtruth measure --config {CONFIG_FILE:q} --seed {wildcards.seed:q} --units {wildcards.units:q} "
        "--trials {wildcards.trials:q} --activity {wildcards.activity:q} --session {input:q} --output {output:q} 2>&1 | tee {log:q}"


rule truth:
    output:
        f"{RESULTS}/truth.csv",
    log:
        f"{RESULTS}/logs/truth.log",
    params:
        code=code_hash("rscnav.groundtruth.truths"),
        settings=settings_text(CONFIG, "simulate", EXAMPLE),
        analyses=[settings_text(CONFIG, "analyse", name) for name in FEW],
    shell:
        "rscnav groundtruth truth --config {CONFIG_FILE:q} --trials {TRUTH_TRIALS} --units {UNITS} --output {output:q} "
        "2>&1 | tee {log:q}"
