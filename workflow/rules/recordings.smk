# Simulated recordings become NWB files; every recording, simulated or not, is read in the same way.
rule simulate:
    output:
        nwb=f"{RESULTS}/recordings/{{simulation}}.nwb",
        truth=f"{RESULTS}/recordings/{{simulation}}_truth.h5",
    log:
        f"{RESULTS}/logs/simulate/{{simulation}}.log",
    threads: 1
    params:
        **planned_with("simulate"),
    shell:
        "rscnav simulate --config {CONFIG_FILE:q} --expect {params.expect:q} --name {wildcards.simulation:q} --output {output.nwb:q} 2>&1 | tee {log:q}"


rule import_recording:
    input:
        lambda wildcards: [RECORDED_FILES[wildcards.recording], *MORE_FILES[wildcards.recording]],
    output:
        f"{RESULTS}/sessions/{{recording}}.h5",
    log:
        f"{RESULTS}/logs/import_recording/{{recording}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/import_recording/{{recording}}.tsv"
    threads: 1
    params:
        **planned_with("import_recording"),
    shell:
        "rscnav import-recording --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.recording:q} --output {output:q} 2>&1 | tee {log:q}"


# A recording and a simulated recording have no network to run. Their result is 'not applicable', so joint figures read the same files for all sessions.
rule network_dynamics_without_network:
    input:
        f"{RESULTS}/sessions/{{not_a_network}}.h5",
    output:
        f"{RESULTS}/analyses/dynamics/{{not_a_network}}.h5",
    log:
        f"{RESULTS}/logs/network_dynamics/{{not_a_network}}.log",
    threads: 1
    params:
        **planned_with("network_dynamics"),
    shell:
        "rscnav network-dynamics --config {CONFIG_FILE:q} --expect {params.expect:q} --session {wildcards.not_a_network:q} "
        "--session-file {input:q} --output {output:q} 2>&1 | tee {log:q}"
