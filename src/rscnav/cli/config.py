"""``rscnav config``: values of the configuration, its defaults, its JSON schema, its reference page."""

import argparse
import json

from rscnav.config.load import load_config
from rscnav.config.reference.default_file import default_file
from rscnav.config.reference.json_schema import json_schema
from rscnav.config.reference.reference_page import reference_page
from rscnav.config.reference.resolved_values import resolved_text


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="print the values of a key, defaults included, as YAML with comments")
    show.add_argument(
        "key", nargs="?", default="", metavar="KEY", help="for example analyses.decoding; default: all keys"
    )
    show.add_argument(
        "--config",
        action="append",
        metavar="FILE",
        help="configuration file; repeat the option for presets that override it (default: config.yaml)",
    )
    actions.add_parser("default", help="print all keys with their defaults and meaning (workflow/config.default.yaml)")
    actions.add_parser("schema", help="print the JSON schema for editors (workflow/config.schema.json)")
    actions.add_parser("reference", help="print the reference page of all keys (docs/config.md)")


def run(arguments: argparse.Namespace) -> None:
    """Print what the action names.

    Raises
    ------
    InvalidValueError
        For a configuration that is not valid, or a key that it does not have.
    """
    if arguments.action == "show":
        config = load_config(*(arguments.config or ["config.yaml"]))
        print(resolved_text(config, arguments.key), end="")
    elif arguments.action == "default":
        print(default_file(), end="")
    elif arguments.action == "schema":
        print(json.dumps(json_schema(), indent=1, ensure_ascii=False))
    else:
        print(reference_page(), end="")
