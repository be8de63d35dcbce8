"""All parts of the stage on one network and its session."""

from rscnav.analyses.result import Result
from rscnav.dynamics.autonomous_runs import add_alone
from rscnav.dynamics.driven_divergence import add_driven_divergence
from rscnav.dynamics.landscape import add_landscape
from rscnav.dynamics.perturbations import add_recovery
from rscnav.dynamics.settings import Settings
from rscnav.dynamics.system import why_no_step
from rscnav.dynamics.trajectories import load_trajectories
from rscnav.networks.model import Network
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.session import Session
from rscnav.tasks.base import Task


def dynamics(
    session: Session,
    network: Network,
    task: Task,
    settings: Settings | None = None,
    observer: Observer | None = None,
    seeds: Seeds | None = None,
) -> Result:
    """Find out what a trained network does by itself, from the states of its session's test trials.

    Parameters
    ----------
    session : Session
        With the fields `rscnav.dynamics.trajectories.FIELDS`.
    network : Network
        The one that the session is of.
    settings : Settings, optional
    observer : Observer, optional
        Grid of the exact filter that it is compared with.
    seeds : Seeds, optional
        Default: root seed 0.

    Returns
    -------
    Result
        With status ``not applicable`` and the reason for a network without a state that steps on.

    Raises
    ------
    InvalidValueError
        Where session and network do not belong together, or the session lacks part of the network's state.
    """
    if reason := why_no_step(network):
        return Result.not_applicable(reason)
    if lacking := session.missing_fields(("position", "phase")):
        return Result.not_applicable(lacking)
    settings, observer = settings or Settings(), observer or Observer()
    seeds = seeds or Seeds(0, ("dynamics", session.name))
    here = load_trajectories(session, network, task)
    if not here.spread > 0:
        return Result.not_applicable("the states of the test trials do not differ")
    if not here.speed > 0:
        return Result.not_applicable("at more than half of the steps of the test trials the state stands still")
    result = Result()
    kinds = dict.fromkeys(channel.rstrip("0123456789").strip() for channel in task.channels)  # populations count once
    result.notes["input"] = f"no input: 0 in every channel ({', '.join(kinds)})"
    if network.architecture.process_noise:
        result.notes["noise"] = "runs are without the network's process noise"
    result.add("spread", here.spread)
    result.add("median_speed", here.speed, "1/step")
    result.add("n_states", here.system.n_states)
    add_landscape(result, here, settings, observer, seeds.spawn("landscape"))
    add_recovery(result, here, settings, seeds.spawn("recovery"))
    add_alone(result, here, settings, observer, seeds.spawn("alone"))
    add_driven_divergence(result, here, settings, seeds.spawn("apart"))
    shown = here.test[:: max(1, len(here.test) // 3000)]
    result.add("cloud/projection", here.shown(here.states[shown]), "", ("time", "component"))
    result.add("cloud/phase", session.require("phase")[shown], "", ("time",))
    return result
