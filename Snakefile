# Networks and recordings -> sessions -> analyses -> figures. Plain `snakemake` makes everything in config.yaml.
configfile: "config.yaml"


include: "workflow/rules/owner.smk"
include: "workflow/rules/common.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/recordings.smk"
include: "workflow/rules/sampled.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/comparisons.smk"
include: "workflow/rules/export.smk"


rule all:
    default_target: True
    input:
        expand(f"{RESULTS}/figures/{{figure}}.png", figure=FIGURES),
        expand(
            f"{RESULTS}/figures/{{session}}/{{figure}}.png",
            figure=FIGURES,
            session=SESSIONS,
        ),
        expand(f"{RESULTS}/figures/comparisons/{{comparison}}.png", comparison=COMPARED),
        f"{RESULTS}/numbers/summary.json",
        EXPORTS,


onsuccess:
    print(f"\nFigures of all sessions, as PNG and PDF; one session's are in {RESULTS}/figures/SESSION:")
    for figure in FIGURES:
        if os.path.exists(f"{RESULTS}/figures/{figure}.png"):
            print(f"  {RESULTS}/figures/{figure}.png")
    for comparison in COMPARED:
        print(f"  {RESULTS}/figures/comparisons/{comparison}.png")
    print(f"Numbers: {RESULTS}/numbers/summary.json")
    if EXPORTS:
        print(f"Sessions for other programs (NWB, tables): {RESULTS}/export")
