# Every session for other programs: NWB, and tidy tables beside it.
EXPORTS = expand(f"{RESULTS}/export/{{session}}.nwb", session=SESSIONS if CONFIG.export.nwb else [])
if CONFIG.export.tables:
    EXPORTS += expand(f"{RESULTS}/export/{{session}}/columns.json", session=SESSIONS)


rule export_nwb:
    input:
        f"{RESULTS}/sessions/{{session}}.h5",
    output:
        f"{RESULTS}/export/{{session}}.nwb",
    log:
        f"{RESULTS}/logs/export/{{session}}_nwb.log",
    threads: 1
    params:
        **planned_with("export_nwb", ""),
    shell:
        "rscnav export --config {CONFIG_FILE:q} --expect {params.expect:q} --session {input:q} --nwb {output:q} 2>&1 | tee {log:q}"


rule export_tables:
    input:
        f"{RESULTS}/sessions/{{session}}.h5",
    output:
        f"{RESULTS}/export/{{session}}/columns.json",
    log:
        f"{RESULTS}/logs/export/{{session}}_tables.log",
    threads: 1
    params:
        **planned_with("export_tables", ""),
        folder=lambda wildcards: f"{RESULTS}/export/{wildcards.session}",
    shell:
        "rscnav export --config {CONFIG_FILE:q} --expect {params.expect:q} --session {input:q} --tables {params.folder:q} 2>&1 | tee {log:q}"
