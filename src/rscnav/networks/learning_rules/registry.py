"""Registry of learning rules: name in the configuration -> module and class, imported on first use."""

from typing import TYPE_CHECKING

from rscnav.registry import Registry, load, lookup

if TYPE_CHECKING:
    from rscnav.networks.learning_rules.base import LearningRule
    from rscnav.networks.learning_rules.settings import LearningRuleSettings

RULES: Registry[str] = {
    "bptt": "rscnav.networks.learning_rules.bptt:BPTT",
    "truncated_bptt": "rscnav.networks.learning_rules.bptt:TruncatedBPTT",
    "rtrl": "rscnav.networks.learning_rules.rtrl:RTRL",
    "snap": "rscnav.networks.learning_rules.snap:SnAp",
    "e-prop": "rscnav.networks.learning_rules.eprop:EProp",
    "crbp": "rscnav.networks.learning_rules.crbp:CRBP",
}


def rule_class(name: str) -> type["LearningRule"]:
    """Return the class of a learning rule."""
    found: type[LearningRule] = load(lookup(RULES, name, "learning_rule.name"))
    return found


def make_rule(settings: "LearningRuleSettings", seed: int) -> "LearningRule":
    """Return the learning rule for its settings; `seed` is the seed of the random feedback of e-prop."""
    return rule_class(settings.name).from_settings(settings, seed)
