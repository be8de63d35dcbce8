"""The claims of every analysis: one line each. What is listed is measured by ``make calibration``.

39 permutations are enough to know the error rate of a test at 0.05; analyses by themselves take more, for a finer p.
"""

from rscnav.calibration.claims import ALL, Claims, GroupTestClaim, Interval, PValue, all_but
from rscnav.calibration.planted_sessions import SURFACE
from rscnav.registry import Registry
from rscnav.sessions.schema import PHASES

FEW = {"n_null": 39}
NOT_RARE = all_but("rare")  # where trials are short no landmark is missed often enough
DECODED = 200  # sessions of each kind for decoding, which costs most ...
DECODED_BOUND = 0.11  # ... and their bound
UNTUNED = all_but("position")
FRESH = all_but("position", "unequal")  # fresh behaviour needs trials of one length
INDEPENDENT = all_but("position", "shared")  # tuning to one position correlates units, too

NOT_CLAIMED: dict[str, dict[str, str]] = {
    "eigenspectrum": {
        "trial_autocorrelation_p": "in all kinds the noise goes on from trial to trial: none is its null"
    },
    "non_encounters": {"bayes_drop_p": "the test of network_drop_p, on the filter's belief", "bayes/p": "as network/p"},
}  # p-values that are not measured here, and why; adjusted and corrected ones are made from those that are


def _with_ends(about: str, key: str, suffix: str = "") -> Interval:
    """Name an interval whose ends are called like its estimate, but for the estimate's suffix."""
    return Interval(about, f"{key}{suffix}", f"{key}_low", f"{key}_high")


def _of_phases(key: str) -> tuple[str, ...]:
    return tuple(f"{phase}/{key}" for phase in PHASES)


def _decoding(words: str, task: str, kinds: tuple[str, ...]) -> tuple[PValue, ...]:
    """Name the p-values of one task of the analysis `decoding`."""
    keys = {"in any window": "_p", "in each window": "/p", "before": "_before_p", "after": "_after_p"}
    return tuple(
        PValue(f"{words}, {when}", (f"{task}{key}",), kinds, DECODED_BOUND, DECODED) for when, key in keys.items()
    )


PARTS: Registry[str] = {
    "run": "rscnav.calibration.run",
    "table": "rscnav.calibration.report",
}  # of the command ``rscnav calibrate``: the module that does each, imported when wanted

CLAIMS: Registry[Claims] = {
    "tuning_entropy": Claims(
        settings=FEW,
        p_values=(
            PValue("a unit is tuned: trials permuted", ("p",), UNTUNED),
            PValue("a unit is tuned: fresh behaviour", ("p_fresh",), FRESH),
        ),
        intervals=(_with_ends("mean tuning entropy", "mean_entropy"),),
    ),
    "spatial_entropy": Claims(
        settings=FEW,
        p_values=(
            PValue("a unit is tuned to the place: trials permuted", ("p",), UNTUNED),
            PValue("a unit is tuned to the place: fresh behaviour", ("p_fresh",), FRESH),
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
            PValue("a first component, by phase", _of_phases("p_first"), INDEPENDENT),
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
            PValue("LM2 keeps correlations of LM1", ("structure_preserved_p",), UNTUNED),
        ),
        intervals=(
            _with_ends("mean correlation in LM2", "LM2/mean"),
            _with_ends("size of correlations in LM2", "LM2/rms"),
            _with_ends("kept from LM1 to LM2", "structure_preserved"),
        ),
    ),
    "position_decoding": Claims(
        settings=FEW,
        p_values=(
            PValue("the place is read, by phase", _of_phases("p"), UNTUNED),
            PValue("the place is read in LM2 by what LM1 taught", ("LM1_to_LM2/p",), UNTUNED),
        ),
        intervals=(_with_ends("error in LM2", "LM2/error"),),
    ),
    "dimension": Claims(
        settings={"max_points": 1500, "n_subsets": 0, "n_null": 19, "surrogate_points": 500},
        p_values=tuple(
            PValue(f"dimension below {words}, by phase", _of_phases(f"surrogates{kind}_p"), kinds, n_sessions=200)
            for words, kind, kinds in (
                ("Gaussian surrogates", "_linear", INDEPENDENT),
                ("adjusted surrogates", "_adjusted", all_but("position", "shared", "drift")),  # not stationary: fooled
                ("both", "", INDEPENDENT),
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
                (", over trials, noise floor off", "_floor", "trials_"),
                (", over trials and ranges", "", ""),
            )
        ),
    ),
    "trajectory_divergence": Claims(
        settings=FEW,
        p_values=(
            PValue("a and b differ at any lag", ("1st_p", "2nd_p"), UNTUNED),
            PValue("a and b differ at each lag", ("1st/p", "2nd/p"), UNTUNED),
        ),
        intervals=(
            _with_ends("ratio at the first encounter", "1st_ratio"),
            _with_ends("ratio at the second encounter", "2nd_ratio"),
        ),
    ),
    "decoding": Claims(
        settings={"n_null": 99, "before_s": 0.1, "after_s": 0.5},
        p_values=(*_decoding("landmark", "identity", UNTUNED), *_decoding("outcome", "outcome", ALL)),
        intervals=tuple(
            _with_ends(f"accuracy of the {words}, {when}{more}", f"{task}_{when}{key}")
            for words, task in (("landmark", "identity"), ("outcome", "outcome"))
            for when in ("before", "after")
            for more, key in (("", ""), (", beyond the path's", "_gain"))
        ),
    ),
    "non_encounters": Claims(
        settings=FEW,
        p_values=(
            PValue("the state moves", ("moved_p",), NOT_RARE),
            PValue("the state moves, at each lag", ("moved/p",), NOT_RARE),
            PValue("the state shows wrong places less", ("shown_drop_p",), NOT_RARE),
            PValue("the state shows wrong places less, at each lag", ("shown/p",), NOT_RARE),
            PValue("the belief leaves wrong places", ("network_drop_p",), NOT_RARE),
            PValue("the belief leaves wrong places, at each lag", ("network/p",), NOT_RARE),
        ),
        intervals=(
            _with_ends("difference in how far the state moves", "moved_difference"),
            _with_ends("difference in what the state shows", "shown_drop_difference"),
        ),
    ),
}
