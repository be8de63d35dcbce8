# Two rules per figure, made from the table of figures: all sessions together, and one session.
from rscnav.figures.captions import caption_of
from rscnav.figures.registry import figure_module


def figure_inputs(figure, sessions):
    """Return the files that a figure of these sessions reads."""
    results = expand(
        f"{RESULTS}/analyses/{{a}}/{{s}}.h5",
        a=figure_module(figure).ANALYSES,
        s=sessions,
    )
    return [f"{RESULTS}/sessions/{session}.h5" for session in sessions] + results


for figure in FIGURES:

    rule:
        name:
            f"figure_{figure}"
        input:
            figure_inputs(figure, SESSIONS),
        output:
            pdf=f"{RESULTS}/figures/{figure}.pdf",
            png=report(
                f"{RESULTS}/figures/{figure}.png",
                caption="../report/figure.rst",
                category="Figures of all sessions",
                labels={"figure": figure},
            ),
        log:
            f"{RESULTS}/logs/figures/{figure}.log",
        threads: 1
        params:
            **planned_with("joint_figure", figure),
            figure=figure,
            caption=caption_of(FIGURES[figure]),
        shell:
            "rscnav plot --config {CONFIG_FILE:q} --expect {params.expect:q} --figure {params.figure:q} "
            "--results {RESULTS:q} --output {output.pdf:q} 2>&1 | tee {log:q}"

    rule:
        name:
            f"figure_{figure}_of_session"
        input:
            lambda wildcards, figure=figure: figure_inputs(figure, [wildcards.session]),
        output:
            pdf=f"{RESULTS}/figures/{{session}}/{figure}.pdf",
            png=report(
                f"{RESULTS}/figures/{{session}}/{figure}.png",
                caption="../report/figure.rst",
                category="Figures of one session",
                subcategory="{session}",
                labels={"figure": figure, "session": "{session}"},
            ),
        log:
            f"{RESULTS}/logs/figures/{{session}}/{figure}.log",
        threads: 1
        params:
            **planned_with("figure", figure),
            figure=figure,
            caption=caption_of(FIGURES[figure]),
        shell:
            "rscnav plot --config {CONFIG_FILE:q} --expect {params.expect:q} --figure {params.figure:q} --sessions {wildcards.session:q} "
            "--results {RESULTS:q} --output {output.pdf:q} 2>&1 | tee {log:q}"
