# Train networks, run them on training and test trials, and analyse their dynamics.
# Each network has one job on every machine. The job decides whether it also trains other networks of the same shape (docs/networks.md).
rule train:
    output:
        weights=f"{RESULTS}/networks/{{network_session}}/weights.pt",
        curve=f"{RESULTS}/networks/{{network_session}}/curve.csv",
        digest=f"{RESULTS}/networks/{{network_session}}/curve.csv.sha256",
    log:
        f"{RESULTS}/logs/train/{{network_session}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{network_session}}.tsv"
    threads: 1
    resources:
        gpu=GPU_PER_JOB,
    params:
        **planned_with("train"),
        folder=f"{RESULTS}/networks/{{network_session}}",
    shell:
        "rscnav train --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.network_session:q} "
        "--output-dir {params.folder:q} 2>&1 | tee {log:q}"


rule rollout:
    input:
        weights=f"{RESULTS}/networks/{{network_session}}/weights.pt",
        curve=f"{RESULTS}/networks/{{network_session}}/curve.csv",
        digest=f"{RESULTS}/networks/{{network_session}}/curve.csv.sha256",
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
        **planned_with("rollout"),
        folder=f"{RESULTS}/networks/{{network_session}}",
    shell:
        "rscnav rollout --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.network_session:q} "
        "--network-dir {params.folder:q} --output {output:q} 2>&1 | tee {log:q}"


rule network_dynamics:
    input:
        weights=f"{RESULTS}/networks/{{network_session}}/weights.pt",
        session=f"{RESULTS}/sessions/{{network_session}}.h5",
    output:
        f"{RESULTS}/analyses/dynamics/{{network_session}}.h5",
    log:
        f"{RESULTS}/logs/network_dynamics/{{network_session}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/network_dynamics/{{network_session}}.tsv"
    threads: 1
    params:
        **planned_with("network_dynamics"),
        folder=f"{RESULTS}/networks/{{network_session}}",
    shell:
        "rscnav network-dynamics --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.network_session:q} "
        "--network-dir {params.folder:q} --session-file {input.session:q} --output {output:q} 2>&1 | tee {log:q}"
