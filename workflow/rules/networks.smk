# Train networks; run them on trials of the training and the test stream.
rule train:
    output:
        weights=f"{RESULTS}/networks/{{network_session}}/weights.pt",
        curve=f"{RESULTS}/networks/{{network_session}}/curve.csv",
    log:
        f"{RESULTS}/logs/train/{{network_session}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{network_session}}.tsv"
    threads: 1
    resources:
        gpu=GPU_PER_JOB,
    params:
        config=CONFIG_FILE,
        folder=f"{RESULTS}/networks/{{network_session}}",
        settings=settings_of("train"),
        code=code_of_network("rscnav.cli.train"),
    shell:
        "rscnav train --config {params.config} --session {wildcards.network_session} "
        "--output-dir {params.folder} 2>&1 | tee {log}"


rule rollout:
    input:
        weights=f"{RESULTS}/networks/{{network_session}}/weights.pt",
        curve=f"{RESULTS}/networks/{{network_session}}/curve.csv",
    output:
        f"{RESULTS}/sessions/{{network_session}}.h5",
    log:
        f"{RESULTS}/logs/rollout/{{network_session}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/rollout/{{network_session}}.tsv"
    threads: 1
    resources:
        gpu=GPU_PER_JOB,
    params:
        config=CONFIG_FILE,
        folder=f"{RESULTS}/networks/{{network_session}}",
        settings=settings_of("rollout"),
        code=code_of_network("rscnav.cli.rollout"),
    shell:
        "rscnav rollout --config {params.config} --session {wildcards.network_session} "
        "--network-dir {params.folder} --output {output} 2>&1 | tee {log}"
