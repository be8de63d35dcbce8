# Export each session as NWB and as tidy tables.
from rscnav.export.tables import table_files

TABLES = table_files(CONFIG.export.tables) if CONFIG.export.tables else []
EXPORTS = expand(f"{RESULTS}/export/{{session}}.nwb", session=SESSIONS if CONFIG.export.nwb else [])
EXPORTS += expand(f"{RESULTS}/export/{{session}}/{{table}}", session=SESSIONS, table=TABLES)


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
        expand(f"{RESULTS}/export/{{{{session}}}}/{{table}}", table=table_files(CONFIG.export.tables or "parquet")),
    log:
        f"{RESULTS}/logs/export/{{session}}_tables.log",
    threads: 1
    params:
        **planned_with("export_tables", ""),
        folder=lambda wildcards: f"{RESULTS}/export/{wildcards.session}",
    shell:
        "rscnav export --config {CONFIG_FILE:q} --expect {params.expect:q} --session {input:q} --tables {params.folder:q} 2>&1 | tee {log:q}"
