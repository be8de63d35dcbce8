# Networks and recordings -> sessions -> analyses -> figures. Plain `snakemake` makes everything in config.yaml.
include: "workflow/rules/owner.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/recordings.smk"
include: "workflow/rules/sampled.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/comparisons.smk"
include: "workflow/rules/export.smk"


from rscnav.workflow.run_end import at_error, products


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        # Every file of every kind, so that one that was removed is made again.
        expand(
            f"{RESULTS}/networks/{{session}}/{{file}}",
            session=NETWORKS,
            file=["weights.pt", "curve.csv", "curve.csv.sha256"],
        ),
        expand(f"{RESULTS}/sessions/{{session}}.h5", session=SESSIONS),
        expand(f"{RESULTS}/analyses/{{analysis}}/{{session}}.h5", analysis=[*ANALYSES, "dynamics"], session=SESSIONS),
        expand(f"{RESULTS}/figures/{{figure}}.{{kind}}", figure=FIGURES, kind=KINDS),
        expand(f"{RESULTS}/figures/{{session}}/{{figure}}.{{kind}}", session=SESSIONS, figure=FIGURES, kind=KINDS),
        expand(f"{RESULTS}/figures/comparisons/{{comparison}}.{{kind}}", comparison=COMPARED, kind=KINDS),
        expand(f"{RESULTS}/comparisons/{{comparison}}.{{kind}}", comparison=COMPARED, kind=["h5", "csv", "csv.sha256"]),
        f"{RESULTS}/numbers/pooled.h5",
        f"{RESULTS}/numbers/summary.json",
        SIMULATED,
        EXPORTS,


onsuccess:
    print(products(CONFIG, FIGURES, COMPARED))


onerror:
    at_error(workflow, CONFIG)
