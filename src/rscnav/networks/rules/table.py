"""The one table of learning rules: name in the configuration -> class."""

from typing import Any

from rscnav.networks.rules.base import Rule
from rscnav.networks.rules.bptt import BPTT, TruncatedBPTT
from rscnav.networks.rules.crbp import CRBP
from rscnav.networks.rules.eprop import EProp
from rscnav.networks.rules.rtrl import RTRL
from rscnav.networks.rules.settings import RuleSettings
from rscnav.networks.rules.snap import SnAp

RULES: dict[str, type[Rule]] = {rule.name: rule for rule in (BPTT, TruncatedBPTT, RTRL, SnAp, EProp, CRBP)}


def make_rule(settings: RuleSettings, seed: int) -> Rule:
    """Make a rule.

    Parameters
    ----------
    settings : RuleSettings
    seed : int
        Of the random feedback of e-prop.

    Raises
    ------
    ValueError
        For an unknown rule.
    """
    if settings.name not in RULES:
        raise ValueError(f"rule.name: unknown '{settings.name}'; there are: {', '.join(RULES)}")
    options: dict[str, dict[str, Any]] = {
        "truncated_bptt": {"window_steps": settings.window_steps},
        "snap": {"order": settings.order},
        "e-prop": {"feedback": settings.feedback, "seed": seed},
    }
    return RULES[settings.name](**options.get(settings.name, {}))
