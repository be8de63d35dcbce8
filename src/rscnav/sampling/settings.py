"""Settings of sampled networks: network, and recording to match."""

import re
from collections.abc import Iterable

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.settings.field_types import Name
from rscnav.settings.printable import listed
from rscnav.settings.strict_settings import StrictSettings

NONE = "none"  # instead of the name of a recording


class SampledNetwork(StrictSettings):
    """Sampled network: simulated recording of a network, matched to a recording; docs/sampled-networks.md."""

    network: str | None = Field(
        None,
        min_length=1,
        description="a network's name (all its seeds), or one of its sessions, NAME-sSEED; null: the lowest "
        "seed of the network whose name comes first in alphabetical order",
    )
    match_recording: str | None = Field(
        None,
        min_length=1,
        description="recording whose units, trials, trial lengths, occupancy and rates are matched; null: the first in "
        "alphabetical order; none: no match",
    )
    suffix: Name | None = Field(
        None, description="sessions are called NAME-sSEED-SUFFIX; null: like-RECORDING, or 'sampled' without one"
    )
    n_units: int | None = Field(
        None, ge=1, description="units drawn at random; null: as many as the recording has, or all"
    )
    n_trials: int | None = Field(
        None, ge=1, description="test trials drawn; null: as many as the recording has, or all"
    )
    rate_hz: float | None = Field(
        None, gt=0, description="mean rate of each unit (Hz); null: drawn from those of the recording's units"
    )
    match_occupancy: bool = Field(
        True,
        description="true: select trials so that the time in each phase and position matches the recording; false: "
        "trials at random",
    )

    @model_validator(mode="after")
    def _complete(self) -> "SampledNetwork":
        if self.match_recording == NONE and self.rate_hz is None:
            raise InvalidValueError(
                f"sampled network '{self.network}': with match_recording: none it needs rate_hz, the mean rate of its units (Hz)"
            )
        return self

    @property
    def label_text(self) -> str:
        """Last part of the names of its sessions."""
        return self.suffix or ("sampled" if self.match_recording in (None, NONE) else f"like-{self.match_recording}")


def sampled_names(
    entries: Iterable[SampledNetwork], networks: dict[str, list[str]], recordings: list[str]
) -> dict[str, tuple[SampledNetwork, str]]:
    """Return the sessions of all sampled networks.

    Parameters
    ----------
    entries : iterable of SampledNetwork
        Entries of the configuration. An entry that needs a network or a recording is dropped if the run has none at all.
    networks : dict
        Names of sessions by name of the network, in the order of the configuration.
    recordings : list of str
        Names of recordings, in the order of the configuration.

    Returns
    -------
    dict
        By name of the session: the entry, with the default values of `network` and `match_recording` replaced by names (``none``
        without recording), and the name of the network's session.

    Raises
    ------
    InvalidValueError
        For an unknown network or recording (the message lists the known ones), two sessions with one name, or a name that
        contains a network's seed.
    """
    found: dict[str, tuple[SampledNetwork, str]] = {}
    every = dict.fromkeys(session for sessions in networks.values() for session in sessions)
    known = {NONE, *recordings}
    for written in entries:
        entry = _resolved(written, networks, recordings)
        if entry is None:
            continue
        sources = networks.get(str(entry.network), [str(entry.network)])
        if sources[0] not in every:
            raise InvalidValueError(
                f"sampled_networks: there is no network '{entry.network}'; there are: {listed([*networks, *every])}"
            )
        if entry.match_recording not in known:
            raise InvalidValueError(
                f"sampled_networks: match_recording: there is no recording '{entry.match_recording}'; there are: {listed(recordings)}"
            )
        if re.search(r"(^|-)s\d+(-|$)", entry.label_text):
            raise InvalidValueError(
                f"sampled_networks: a part of '{entry.label_text}' looks like a network's seed; give another suffix"
            )
        for source in sources:
            name = f"{source}-{entry.label_text}"
            if name in found:
                raise InvalidValueError(f"sampled_networks: two entries make '{name}'; give one of them another suffix")
            found[name] = (entry, source)
    return found


def _resolved(entry: SampledNetwork, networks: dict[str, list[str]], recordings: list[str]) -> SampledNetwork | None:
    """Return an entry with names instead of null, in alphabetical order; None if the run lacks a network or recording it needs."""
    like = entry.match_recording or min(recordings, default=NONE)
    without = like == NONE or not recordings
    if not networks or (without and entry.rate_hz is None):
        return None
    network = entry.network or min(networks[min(networks)], key=_seed)
    return entry.model_copy(update={"network": network, "match_recording": NONE if without else like})


def _seed(session: str) -> int:
    """Return the seed in the name of a network's session."""
    return int(session.rpartition("-s")[2])
