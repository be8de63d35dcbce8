"""Registry of the p-values and intervals that ``make calibration`` measures.

39 permutations are enough for the error rate of a test at 0.05. By default, analyses use more, for smaller p-values.
"""

from rscnav.calibration.claims import ALL, Claims, GroupTestClaim, Interval, PValue, all_but
from rscnav.calibration.planted_sessions import SURFACE
from rscnav.registry import Registry
from rscnav.sessions.schema import PHASES

FEW = {"n_null": 39}
NOT_RARE = all_but("rare")  # short trials have too few non-encounters
DECODED = 200  # sessions of each kind for decoding, the most costly analysis
DECODED_BOUND = 0.11  # bound of the false-positive rate for so few sessions
UNTUNED = all_but("position")
FRESH = all_but("position", "unequal")  # resampled behaviour needs trials of equal length
INDEPENDENT = all_but("position", "shared")  # units with the same tuning are correlated

NOT_CLAIMED: dict[str, dict[str, str]] = {
    "eigenspectrum": {
        "trial_autocorrelation_p": "noise is correlated across trials in all kinds: its null is true in none"
    },
    "non_encounters": {
        "bayes_drop_p": "same test as network_drop_p, on the belief of the filter",
        "bayes/p": "same test as network/p",
    },
}  # p-values that are not measured, with reasons; adjusted and corrected ones follow from measured ones


def _with_ends(about: str, key: str, suffix: str = "") -> Interval:
    """Return an interval whose ends have the key of the estimate, without its suffix, and ``_low``, ``_high``."""
    return Interval(about, f"{key}{suffix}", f"{key}_low", f"{key}_high")


def _of_phases(key: str) -> tuple[str, ...]:
    return tuple(f"{phase}/{key}" for phase in PHASES)


def _decoding(words: str, task: str, kinds: tuple[str, ...]) -> tuple[PValue, ...]:
    """Return the p-values of one task of the analysis `decoding`."""
    keys = {"any window": "_p", "each window": "/p", "before": "_before_p", "after": "_after_p"}
    return tuple(
        PValue(f"{words}, {when}", (f"{task}{key}",), kinds, DECODED_BOUND, DECODED) for when, key in keys.items()
    )


PARTS: Registry[str] = {
    "run": "rscnav.calibration.run",
    "table": "rscnav.calibration.report",
}  # parts of ``rscnav calibrate``; modules are imported when they are used

CLAIMS: Registry[Claims] = {
    "tuning_entropy": Claims(
        settings=FEW,
        p_values=(
            PValue("unit is tuned: trial shuffle", ("p",), UNTUNED),
            PValue("unit is tuned: resampled behaviour", ("p_fresh",), FRESH),
        ),
        intervals=(_with_ends("mean tuning entropy", "mean_entropy"),),
    ),
    "spatial_entropy": Claims(
        settings=FEW,
        p_values=(
            PValue("unit is tuned: trial shuffle", ("p",), UNTUNED),
            PValue("unit is tuned: resampled behaviour", ("p_fresh",), FRESH),
        ),
        intervals=(_with_ends("mean spatial entropy", "mean_entropy"),),
    ),
    "rate_dispersion": Claims(
        settings=FEW,
        p_values=(
            PValue("LM1 and LM2 differ", ("phase_control_p",), ALL),
            PValue("LM1 and LM2 differ, Miller-Madow", ("phase_control_p_miller_madow",), ALL),
        ),
        intervals=(
            _with_ends("dispersion in LM1", "LM1"),
            _with_ends("dispersion in LM2", "LM2"),
            Interval("LM1 - LM2", "difference", "low", "high"),
        ),
        over_sessions=(GroupTestClaim("LM1 and LM2 differ, over sessions", "excess", None, ALL),),
    ),
    "eigenspectrum": Claims(
        settings=FEW,
        p_values=(
            PValue("first component, by phase", _of_phases("p_first"), INDEPENDENT),
            PValue("each component, by phase", _of_phases("p"), INDEPENDENT),
        ),
        intervals=tuple(
            _with_ends(f"participation ratio in {phase}", f"{phase}/participation_ratio", "_corrected")
            for phase in PHASES
        ),
    ),
    "pairwise": Claims(
        settings=FEW,
        p_values=(
            PValue("units are correlated, by phase", _of_phases("p"), INDEPENDENT),
            PValue("structure preserved, LM1 to LM2", ("structure_preserved_p",), UNTUNED),
        ),
        intervals=(
            _with_ends("mean correlation in LM2", "LM2/mean"),
            _with_ends("rms of correlations in LM2", "LM2/rms"),
            _with_ends("structure preserved, LM1 to LM2 (interval)", "structure_preserved"),
        ),
    ),
    "position_decoding": Claims(
        settings=FEW,
        p_values=(
            PValue("position decoded, by phase", _of_phases("p"), UNTUNED),
            PValue("position decoded in LM2 by the decoder of LM1", ("LM1_to_LM2/p",), UNTUNED),
        ),
        intervals=(_with_ends("mean error in LM2", "LM2/error"),),
    ),
    "dimension": Claims(
        settings={"max_points": 1500, "n_subsets": 0, "n_null": 19, "surrogate_points": 500},
        p_values=tuple(
            PValue(f"dimension below {words}, by phase", _of_phases(f"surrogates{kind}_p"), kinds, n_sessions=200)
            for words, kind, kinds in (
                ("Gaussian surrogates", "_linear", INDEPENDENT),
                (
                    "adjusted surrogates",
                    "_adjusted",
                    all_but("position", "shared", "drift"),
                ),  # not valid: drift is not stationary
                ("both (`surrogates_p`)", "", INDEPENDENT),
            )
        ),
        intervals=tuple(
            Interval(
                f"dimension in {phase}{words}",
                f"{phase}/dimension{noise}",
                f"{phase}/{ends}low{noise}",
                f"{phase}/{ends}high{noise}",
                kind=SURFACE,
            )
            for phase in PHASES
            for words, noise, ends in (
                (", over trials", "", "trials_"),
                (", over trials, noise-floor corrected", "_floor", "trials_"),
                (", reported (trials and ranges)", "", ""),
            )
        ),
    ),
    "trajectory_divergence": Claims(
        settings=FEW,
        p_values=(
            PValue("a and b differ, any lag", ("1st_p", "2nd_p"), UNTUNED),
            PValue("a and b differ, each lag", ("1st/p", "2nd/p"), UNTUNED),
        ),
        intervals=(
            _with_ends("ratio at the first landmark, time 0", "1st_ratio"),
            _with_ends("ratio at the second landmark, time 0", "2nd_ratio"),
        ),
    ),
    "decoding": Claims(
        settings={"n_null": 99, "before_s": 0.1, "after_s": 0.5},
        p_values=(*_decoding("landmark", "identity", UNTUNED), *_decoding("outcome", "outcome", ALL)),
        intervals=tuple(
            _with_ends(f"accuracy of the {words}, {when}{more}", f"{task}_{when}{key}")
            for words, task in (("landmark", "identity"), ("outcome", "outcome"))
            for when in ("before", "after")
            for more, key in (("", ""), (", gain over displacement", "_gain"))
        ),
    ),
    "non_encounters": Claims(
        settings=FEW,
        p_values=(
            PValue("state displacement", ("moved_p",), NOT_RARE),
            PValue("state displacement, each lag", ("moved/p",), NOT_RARE),
            PValue("decrease of alternative evidence", ("shown_drop_p",), NOT_RARE),
            PValue("decrease of alternative evidence, each lag", ("shown/p",), NOT_RARE),
            PValue("decrease of belief in the alternative", ("network_drop_p",), NOT_RARE),
            PValue("decrease of belief in the alternative, each lag", ("network/p",), NOT_RARE),
        ),
        intervals=(
            _with_ends("difference in state displacement", "moved_difference"),
            _with_ends("difference in the decrease of alternative evidence", "shown_drop_difference"),
        ),
    ),
}
