from rscnav.analyses.across_sessions import ANALYSES as ANALYSES_ACROSS

# One rule per analysis, made from the table of analyses; one job per session.
for analysis in ANALYSES:

    rule:
        name:
            f"analyse_{analysis}"
        input:
            f"{RESULTS}/sessions/{{session}}.h5",
        output:
            f"{RESULTS}/analyses/{analysis}/{{session}}.h5",
        log:
            f"{RESULTS}/logs/analyse/{analysis}/{{session}}.log",
        benchmark:
            f"{RESULTS}/benchmarks/analyse/{analysis}/{{session}}.tsv"
        threads: 1
        params:
            **planned_with("analyse", analysis),
            analysis=analysis,
        shell:
            "rscnav analyse --config {CONFIG_FILE:q} --expect {params.expect:q} --analysis {params.analysis:q} "
            "--session {input:q} --output {output:q} 2>&1 | tee {log:q}"


rule pool:
    input:
        expand(f"{RESULTS}/sessions/{{session}}.h5", session=SESSIONS),
        expand(
            f"{RESULTS}/analyses/{{analysis}}/{{session}}.h5",
            analysis=ANALYSES_ACROSS,
            session=SESSIONS,
        ),
    output:
        f"{RESULTS}/numbers/pooled.h5",
    log:
        f"{RESULTS}/logs/pool.log",
    threads: 1
    params:
        **planned_with("pool", ""),
    shell:
        "rscnav pool --config {CONFIG_FILE:q} --expect {params.expect:q} --results {RESULTS:q} "
        "--output {output:q} 2>&1 | tee {log:q}"


rule summary:
    input:
        f"{RESULTS}/numbers/pooled.h5",
        expand(f"{RESULTS}/sessions/{{session}}.h5", session=SESSIONS),
        expand(
            f"{RESULTS}/analyses/{{analysis}}/{{session}}.h5",
            analysis=[*ANALYSES, "dynamics"],
            session=SESSIONS,
        ),
        expand(f"{RESULTS}/comparisons/{{c.name}}.h5", c=CONFIG.comparisons),
    output:
        report(
            f"{RESULTS}/numbers/summary.json",
            caption="../report/numbers.rst",
            category="Numbers",
            labels={"what": "all numbers"},
        ),
    log:
        f"{RESULTS}/logs/summary.log",
    params:
        **planned_with("summary", ""),
    shell:
        "rscnav summary --config {CONFIG_FILE:q} --expect {params.expect:q} --results {RESULTS:q} --output {output:q} 2>&1 | tee {log:q}"
