"""The claims of every analysis: one line each. What is listed is measured by ``make calibration``."""

from rscnav.calibration.claims import Claims, Interval, PValue, all_but

CLAIMS: dict[str, Claims] = {
    "tuning": Claims(
        settings={"n_permutations": 99},
        p_values=(PValue("a unit is tuned to displacement", ("p",), all_but("position")),),
        intervals=(Interval("mean tuning entropy", "mean_entropy", "mean_entropy_low", "mean_entropy_high"),),
    ),
}
