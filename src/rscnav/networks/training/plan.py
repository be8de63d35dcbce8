"""What to train and how, and which plans can be followed together."""

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
    """What to train and how.

    Parameters
    ----------
    name : str
        The session's, for messages.
    training : rscnav.networks.settings.Training
    observer : rscnav.observers.settings.Observer
        Grid or particles of the Bayes filter that the gap is measured against.
    settings_json : str
        Settings as text, best as JSON: a checkpoint with another record is not resumed, and the keys that differ are named.
    code : str
        A hash of the code: a checkpoint of other code is not resumed either.
    """

    name: str
    architecture: Architecture
    training: Any
    observer: Observer
    settings_json: str
    code: str = ""

    @property
    def files_record(self) -> dict[str, str]:
        """What files say of it: ``settings`` and ``code``."""
        return {"settings": self.settings_json, "code": self.code}


def check_together(plans: Sequence[TrainingPlan]) -> None:
    """Refuse plans that cannot be followed together: networks of one shape that see as many trials at the same times.

    Raises
    ------
    InvalidValueError
        With the key and the values that differ.
    """
    names = [plan.name for plan in plans]
    if len(set(names)) < len(names):
        raise InvalidValueError(f"networks that train together need names of their own; got {', '.join(names)}")
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
                        f"{other[key]}; train them one by one. (They may differ in training.{', '.join(OWN)})"
                    )
