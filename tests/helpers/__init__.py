"""Builders of sessions, recordings, networks and projects that tests share; ROOT is the checkout."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
