# Compare sessions: the similarity of each pair, then one figure and one table of all their results.
from rscnav.comparison.summary_table import ANALYSES as ANALYSES_BESIDE

COMPARED = {comparison.name: comparison.sessions for comparison in CONFIG.comparisons}


rule compare:
    input:
        lambda wildcards: expand(f"{RESULTS}/sessions/{{session}}.h5", session=COMPARED[wildcards.comparison]),
    output:
        f"{RESULTS}/comparisons/{{comparison}}.h5",
    log:
        f"{RESULTS}/logs/compare/{{comparison}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare/{{comparison}}.tsv"
    threads: 1
    params:
        **planned_with("compare"),
    shell:
        "rscnav compare --config {CONFIG_FILE:q} --expect {params.expect:q} --name {wildcards.comparison:q} --results {RESULTS:q} "
        "--output {output:q} 2>&1 | tee {log:q}"


rule plot_comparison:
    input:
        f"{RESULTS}/comparisons/{{comparison}}.h5",
        lambda wildcards: expand(
            f"{RESULTS}/analyses/{{analysis}}/{{session}}.h5",
            analysis=ANALYSES_BESIDE,
            session=COMPARED[wildcards.comparison],
        ),
    output:
        pdf=f"{RESULTS}/figures/comparisons/{{comparison}}.pdf",
        png=report(
            f"{RESULTS}/figures/comparisons/{{comparison}}.png",
            caption="../report/comparison.rst",
            category="Comparisons",
            labels={"comparison": "{comparison}", "what": "figure"},
        ),
        table=report(
            f"{RESULTS}/comparisons/{{comparison}}.csv",
            caption="../report/comparison_table.rst",
            category="Comparisons",
            labels={"comparison": "{comparison}", "what": "table"},
        ),
        digest=f"{RESULTS}/comparisons/{{comparison}}.csv.sha256",
    log:
        f"{RESULTS}/logs/plot_comparison/{{comparison}}.log",
    threads: 1
    params:
        **planned_with("plot_comparison"),
    shell:
        "rscnav plot-comparison --config {CONFIG_FILE:q} --expect {params.expect:q} --name {wildcards.comparison:q} --results {RESULTS:q} "
        "--output {output.pdf:q} --table {output.table:q} 2>&1 | tee {log:q}"
