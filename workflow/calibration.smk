# Error rates of all tests and coverage of all intervals, on simulated sessions: `make calibration`. A killed run resumes
# where it stopped; a change of one analysis reruns only that one. Shorter: snakemake -s workflow/calibration.smk --config sessions=200
from rscnav.calibration.registry import CLAIMS
from rscnav.calibration.run import kinds_for, sessions_for
from rscnav.workflow.jobs.studies import planned_calibration
from rscnav.config.results_folder import results_folder
from rscnav.errors import InvalidValueError
from snakemake.exceptions import WorkflowError


include: "rules/owner.smk"


N_SESSIONS = int(config.get("sessions", 1000))  # of each kind
CHUNK = 100  # sessions per job
try:
    RESULTS = results_folder(str(config.get("results_dir", "results/calibration")))
except InvalidValueError as error:
    raise WorkflowError(f"results_dir: {error}") from None
JOBS = {analysis: planned_calibration("run", analysis) for analysis in CLAIMS}
TABLE = planned_calibration("table")


def chunks(analysis, kind):
    """Return the names of the parts of one analysis on one kind of session: first session and count."""
    n = sessions_for(CLAIMS[analysis], kind, N_SESSIONS)
    return [f"{first}-{min(CHUNK, n - first)}" for first in range(0, n, CHUNK)]


PARTS = [
    f"{RESULTS}/parts/{analysis}/{kind}/{chunk}.csv"
    for analysis in CLAIMS
    for kind in kinds_for(CLAIMS[analysis])
    for chunk in chunks(analysis, kind)
]


rule table:
    default_target: True
    input:
        parts=PARTS,
        digests=[f"{part}.sha256" for part in PARTS],
    output:
        f"{RESULTS}/table.md",
    params:
        code=TABLE.code,
        expect=TABLE.mark,
    shell:
        "rscnav calibrate table --expect {params.expect:q} --inputs {input.parts:q} --output {output:q} && cat {output:q}"


rule measure:
    output:
        rows=f"{RESULTS}/parts/{{analysis}}/{{kind}}/{{first}}-{{many}}.csv",
        digest=f"{RESULTS}/parts/{{analysis}}/{{kind}}/{{first}}-{{many}}.csv.sha256",
    log:
        f"{RESULTS}/logs/{{analysis}}/{{kind}}/{{first}}-{{many}}.log",
    wildcard_constraints:
        first=r"\d+",
        many=r"\d+",
    threads: 1
    params:
        code=lambda wildcards: JOBS[wildcards.analysis].code,
        claims=lambda wildcards: JOBS[wildcards.analysis].settings,
        expect=lambda wildcards: JOBS[wildcards.analysis].mark,
    shell:
        "rscnav calibrate run --expect {params.expect:q} --analysis {wildcards.analysis:q} --kind {wildcards.kind:q} --first {wildcards.first:q} "
        "--sessions {wildcards.many:q} --output {output.rows:q} 2>&1 | tee {log:q}"
