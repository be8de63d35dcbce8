# Simulated recordings from networks.
def like_file(sampled):
    """Return the session file of the recording that a simulated recording is matched to (empty list: none)."""
    like = SAMPLED[sampled][0].match_recording
    return [f"{RESULTS}/sessions/{like}.h5"] if like in RECORDED_FILES else []


rule sample_network:
    input:
        network=lambda wildcards: f"{RESULTS}/sessions/{SAMPLED[wildcards.sampled][1]}.h5",
        like=lambda wildcards: like_file(wildcards.sampled),
    output:
        f"{RESULTS}/sessions/{{sampled}}.h5",
    log:
        f"{RESULTS}/logs/sample_network/{{sampled}}.log",
    threads: 1
    params:
        **planned_with("sample_network"),
        like=lambda wildcards, input: ["--match", str(input.like)] if input.like else [],
    shell:
        "rscnav sample-network --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.sampled:q} --network-session {input.network:q} "
        "{params.like:q} --output {output:q} 2>&1 | tee {log:q}"
