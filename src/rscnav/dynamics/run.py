"""The stage `dynamics`: all its parts for one network and its session."""

from rscnav.analyses.result import Result
from rscnav.dynamics.autonomous_runs import add_autonomous_runs
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
    """Compute the dynamics of a trained network from the states of its session's test trials.

    The result contains fixed and slow points, slow states, perturbation responses, autonomous runs and the driven divergence.

    Parameters
    ----------
    session : Session
        With the fields `rscnav.dynamics.trajectories.FIELDS`.
    network : Network
        Network of the session.
    settings : Settings, optional
    observer : Observer, optional
        Grid of the exact filter that the network is compared with.
    seeds : Seeds, optional
        Default: root seed 0.

    Returns
    -------
    Result
        Its status is ``not applicable``, with the reason, for a network that is not causal and recurrent.

    Raises
    ------
    InvalidValueError
        If the session is not of this network, or does not contain the whole state of the network.
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
        return Result.not_applicable(
            "the state stands still at more than half of the steps of the test trials (median speed 0)"
        )
    result = Result()
    kinds = dict.fromkeys(
        channel.rstrip("0123456789").strip() for channel in task.channels
    )  # each population is named once
    result.notes["input"] = f"no input: 0 in every channel ({', '.join(kinds)})"
    if network.architecture.process_noise:
        result.notes["noise"] = "runs are without the process noise of the network"
    result.add("spread", here.spread)
    result.add("median_speed", here.speed, "1/step")
    result.add("n_states", here.system.n_states)
    add_landscape(result, here, settings, observer, seeds.spawn("landscape"))
    add_recovery(result, here, settings, seeds.spawn("recovery"))
    add_autonomous_runs(result, here, settings, observer, seeds.spawn("alone"))
    add_driven_divergence(result, here, settings, seeds.spawn("apart"))
    shown = here.test[:: max(1, len(here.test) // 3000)]
    result.add("cloud/projection", here.shown(here.states[shown]), "", ("time", "component"))
    result.add("cloud/phase", session.require("phase")[shown], "", ("time",))
    return result
