"""Analysis `observer_comparison`: which observer a network behaves like, by loss, error, certainty, choices and KL divergence."""

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from rscnav.analyses.encounters.categories import MISSED, samples_around, why_no_non_encounters
from rscnav.analyses.events import first_sample, segment_start
from rscnav.analyses.optimality import observer_statistics as strategies
from rscnav.analyses.optimality.optimality_gap import counted_samples
from rscnav.analyses.result import Result
from rscnav.analyses.settings import Common
from rscnav.analyses.statistics.intervals import mean_and_se
from rscnav.seeds import Seeds
from rscnav.sessions.geometry import wrap
from rscnav.sessions.session import Session
from rscnav.settings.strict_settings import StrictSettings

NEEDS = ("observer_loss", "phase")
MEASURES = ("loss", "error", "certainty", "alternative", "kl_divergence", "correct")
FIELDS = ("phase", "position", "bin_centres", "landmarks", "encounters", *(f"observer_{m}" for m in MEASURES))
NUMBERS = {  # key of a number per observer, over whole trials: array it is from
    **{what: f"{what}/mean" for what in ("loss", "error", "kl_divergence")},
    **{"nearest": "nearest", "accuracy": "accuracy/fraction", "collapse_s": "collapse/median"},
}
BY_PART = ("observer", "part")
NOT_RIVALS = ("network", "smoother")  # not candidates of the closest observer, unless they are the reference


class Settings(StrictSettings):
    """Windows around encounters, and the threshold of certainty."""

    before_s: float = Field(
        1.0,
        ge=0,
        le=1_000,
        description="event window before the second landmark, or before the end of a non-encounter (s)",
    )
    after_s: float = Field(
        3.0,
        ge=0,
        le=1_000,
        description="event window after the second landmark, or after the end of a non-encounter (s)",
    )
    readout_s: float = Field(
        0.5, ge=0, le=1_000, description="time after a non-encounter at which the change of belief is evaluated (s)"
    )
    certainty_threshold: float = Field(
        0.8,
        gt=0,
        le=1,
        description="a belief is certain if its mass within the visibility radius of the best position is at least "
        "this",
    )
    n_separation_bins: int = Field(
        8, ge=1, le=4_096, description="bins of the landmark separation, for the fraction of correct choices"
    )


def run(session: Session, settings: Settings, common: Common, seeds: Seeds) -> Result:
    """Compare the network with every observer, on the test trials.

    Loss, error and KL divergence are computed at the steps whose loss counts (see `counted_samples`), certainty and belief in
    the alternative at all steps. The network itself is one of the observers.
    """
    names = session.observer_names
    counted = counted_samples(session)
    if not names or not counted.any():
        return Result.not_applicable("the session has no observers" if not names else "the session has no test trials")
    result = Result()
    result.add("observer", np.array(names), "", ("observer",))
    result.add("part", np.array(strategies.PARTS), "", ("part",))
    result.add("n_test_trials", int(np.sum(session.trials["split"] == "test")))
    result.add("certainty_threshold", settings.certainty_threshold)
    _add_losses(result, session, counted)
    _add_divergence(result, session, counted)
    _add_certainty(result, session, settings)
    _add_refuted(result, session, settings)
    _add_accuracy(result, session, settings)
    for what, array in NUMBERS.items():
        for k, name in enumerate(names if array in result else ()):
            result.add(f"{name}/{what}", np.ravel(result[array][k])[0], result.units[array])
    return result


def _add_losses(result: Result, session: Session, counted: NDArray[np.bool_]) -> None:
    """Add loss and error of each observer by part, and the observer difference, network minus observer."""
    if session.bin_centres is not None:
        result.add("loss/uniform", np.log(len(session.bin_centres)), "nats per step")
    for what, unit in (("loss", "nats per step"), ("error", session.position_unit)):
        if (values := getattr(session, f"observer_{what}")) is None:
            continue
        values = values[counted].astype(np.float64)
        where = session.trial[counted], session.require("phase")[counted]
        result.add_each(f"{what}/", ("mean", "se"), strategies.per_step(values, *where), unit, BY_PART)
        if "network" in session.observer_names:
            own = values[:, [session.observer_names.index("network")]]
            worse = strategies.per_step(own - values, *where)
            result.add_each(f"{what}/difference", ("", "_se"), worse, unit, BY_PART)


def _add_divergence(result: Result, session: Session, counted: NDArray[np.bool_]) -> None:
    """Add the KL divergence from each observer's belief to the network's: per step and per trial; add the closest observer."""
    if session.observer_kl_divergence is None:
        return
    values = session.observer_kl_divergence[counted]
    where = session.trial[counted], session.require("phase")[counted]
    result.add_each("kl_divergence/", ("mean", "se"), strategies.per_step(values, *where), "nats per step", BY_PART)
    trial, means = strategies.of_trials(values, *where)
    result.add("kl_divergence/trial", trial, "", ("trial",))
    result.add("kl_divergence/of_trial", means[:, :, 0], "nats per step", ("trial", "observer"))
    for name, quantile in strategies.QUARTILES.items():
        result.add(f"kl_divergence/{name}", strategies.quantiles(means, quantile), "nats per step", BY_PART)
    no_rivals = set(NOT_RIVALS) - {session.reference_observer}
    rivals = [k for k, name in enumerate(session.observer_names) if name not in no_rivals]
    nearest = np.full(means.shape[1:], np.nan)
    for p in range(means.shape[2]):
        nearest[rivals, p] = strategies.closest_observer_fraction(means[:, rivals, p])
    result.add("nearest", nearest, "", BY_PART)


def _add_certainty(result: Result, session: Session, settings: Settings) -> None:
    """Add the certainty around the second new landmark, and the time to certainty from its onset."""
    table = strategies.rows_of_test(session, "encounter", order=2)
    if table is None or not len(table) or session.observer_certainty is None:
        result.notes["collapse"] = "no second landmark in the test trials"
        return
    result.add("collapse/n", len(table))
    lags = _lags(session, settings)
    around = samples_around(session, table["onset_s"], lags, np.arange(len(session.time)))
    result.add("certainty/time", lags * session.dt_s, "s", ("lag",))
    _add_mean_around(result, "certainty", session.observer_certainty, around)
    stretch, onset = segment_start(session), first_sample(session, table["onset_s"])
    last = np.searchsorted(stretch, stretch[onset], side="right") - 1  # last sample of the stretch
    sure = session.observer_certainty >= settings.certainty_threshold - 1e-6
    shares = [strategies.kaplan_meier(there, onset, last) for there in sure.T]
    for name, quantile in strategies.QUARTILES.items():
        times = [strategies.lag_of(share, quantile) * session.dt_s for share in shares]
        result.add(f"collapse/{name}", times, "s", ("observer",))
    within = [strategies.reached_by(share, round(settings.after_s / session.dt_s)) for share in shares]
    result.add("collapse/fraction_within", within, "", ("observer",))


def _add_refuted(result: Result, session: Session, settings: Settings) -> None:
    """Add the belief in the alternative in LM1, around the end of each trial's first non-encounter."""
    table = strategies.rows_of_test(session, MISSED)
    if table is None or not len(table) or session.observer_alternative is None:
        result.notes["non_encounter"] = why_no_non_encounters(session) or "no non-encounter in the test trials"
        return
    table = table[np.unique(table["trial"], return_index=True)[1]]  # rows of a trial are in order of time
    refutable = np.where((session.require("phase") == 1)[:, None], session.require("observer_alternative"), np.nan)
    every = np.arange(len(session.time))
    last = table["offset_s"] - session.dt_s  # the last bin in the span; the next bin may belong to another trial
    lags = _lags(session, settings)
    result.add("non_encounter/n", len(table))
    result.add("non_encounter/time", lags * session.dt_s, "s", ("lag",))
    _add_mean_around(result, "non_encounter", refutable, samples_around(session, last, lags + 1, every))
    report = np.array([1 + round(settings.readout_s / session.dt_s)])
    refutable = np.append(
        refutable, np.full((1, refutable.shape[1]), np.nan), axis=0
    )  # the last element is for index -1
    before = refutable[samples_around(session, table["onset_s"], np.array([-1]), every)[:, 0]]
    after = refutable[samples_around(session, last, report, every)[:, 0]]
    both = np.isfinite(before) & np.isfinite(after)
    for name, values in {"before": before, "after": after, "drop": before - after}.items():
        mean_se = mean_and_se(np.where(both, values, np.nan))[:2]
        result.add_each(f"non_encounter/{name}", ("", "_se"), mean_se, "", ("observer",))
    result.add("non_encounter/n_paired", both.sum(axis=0), "", ("observer",))


def _add_accuracy(result: Result, session: Session, settings: Settings) -> None:
    """Add the fraction of correct choices, overall and by the separation of two landmarks on a ring."""
    if session.observer_correct is None:
        return
    correct = np.where((session.trials["split"] == "test")[:, None], session.observer_correct, -1)
    shares = np.array([strategies.proportion_correct(column) for column in correct.T])
    _add_fractions(result, "accuracy", shares, ("observer",))
    if not session.is_circular or session.landmarks is None:
        result.notes["separation"] = "choices by landmark separation are computed on the ring only"
        return
    places = session.landmarks[:, :, 0]
    chosen = np.flatnonzero((np.isfinite(places).sum(axis=1) == 2) & (correct >= 0).any(axis=1))
    if not len(chosen):
        result.notes["separation"] = "no choice in a test trial with two landmarks"
        return
    pair = places[chosen][np.isfinite(places[chosen])].reshape(-1, 2)
    separation = np.abs(wrap(pair[:, 1] - pair[:, 0]))
    low, high = separation.min(), separation.max()
    n_bins = settings.n_separation_bins if high - low > 1e-6 else 1
    edges = np.linspace(low, high, n_bins + 1)
    at = np.clip(np.searchsorted(edges, separation, side="right") - 1, 0, n_bins - 1)
    result.add("separation/edges", edges, "rad", ("edge",))
    binned = np.array([[strategies.proportion_correct(c[chosen[at == b]]) for b in range(n_bins)] for c in correct.T])
    _add_fractions(result, "separation", binned, ("observer", "bin"))


def _add_fractions(result: Result, name: str, shares: NDArray, dims: tuple[str, ...]) -> None:
    """Add fraction, standard error, interval and count of choices."""
    result.add_each(f"{name}/", ("fraction", "se", "low", "high"), np.moveaxis(shares[..., :4], -1, 0), "", dims)
    result.add(f"{name}/n", shares[..., 4].astype(np.int64), "", dims)


def _lags(session: Session, settings: Settings) -> NDArray[np.int64]:
    """Return the lags of the event window (samples)."""
    return np.arange(-round(settings.before_s / session.dt_s), round(settings.after_s / session.dt_s) + 1)


def _add_mean_around(result: Result, name: str, values: NDArray, around: NDArray[np.intp]) -> None:
    """Add mean, standard error and count over encounters of values (time, observer) at samples around (encounter, lag)."""
    padded = np.append(values, np.full((1, values.shape[1]), np.nan), axis=0)  # the last element is for index -1
    found = (array.T for array in mean_and_se(padded[around]))
    result.add_each(f"{name}/", ("mean", "se", "n_around"), found, "", ("observer", "lag"))
