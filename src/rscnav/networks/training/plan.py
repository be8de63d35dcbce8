"""Training plan of a network, and check of plans that are trained together."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rscnav.errors import InvalidValueError
from rscnav.networks.architecture import Architecture
from rscnav.observers.settings import Observer

# Settings in which networks that train together may differ.
OWN = (
    "max_learning_rate", "grad_clip_norm", "activity_l2", "restart_lr_factor", "max_restarts", "target_gap", "max_batches",
    "patience", "checkpoint_every_s",
)  # fmt: skip


@dataclass(frozen=True)
class TrainingPlan:
    """Training plan of one network.

    Parameters
    ----------
    name : str
        Name of the session, for messages.
    training : rscnav.networks.settings.Training
    observer : rscnav.observers.settings.Observer
        Grid and particles of the reference observer of the optimality gap.
    settings_json : str
        Settings as JSON text. A checkpoint with other settings is not resumed; a warning names the keys that differ.
    code : str
        Hash of the code. A checkpoint of other code is not resumed.
    """

    name: str
    architecture: Architecture
    training: Any
    observer: Observer
    settings_json: str
    code: str = ""

    @property
    def files_record(self) -> dict[str, str]:
        """Record that is written to files: ``settings`` and ``code``."""
        return {"settings": self.settings_json, "code": self.code}


def check_together(plans: Sequence[TrainingPlan]) -> None:
    """Raise an error for plans that cannot be trained together: only settings in `OWN` may differ.

    Raises
    ------
    InvalidValueError
        If two names are equal, or for the first key that differs, with both values.
    """
    names = [plan.name for plan in plans]
    if len(set(names)) < len(names):
        raise InvalidValueError(f"networks that train together need different names; got {', '.join(names)}")
    first = plans[0]
    for plan in plans[1:]:
        pairs = [
            ("architecture", asdict(first.architecture), asdict(plan.architecture)),
            ("training", first.training.model_dump(), plan.training.model_dump()),
            ("observer", first.observer.model_dump(), plan.observer.model_dump()),
        ]
        for section, one, other in pairs:
            for key in one:
                if one[key] != other[key] and not (section == "training" and key in OWN):
                    raise InvalidValueError(
                        f"{first.name} and {plan.name} cannot train together: {section}.{key} is {one[key]} and "
                        f"{other[key]}; train them one by one, or use equal values. (They may differ in training.{', '.join(OWN)})"
                    )
