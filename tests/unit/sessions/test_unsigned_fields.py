"""Fields that are unsigned in a session (`phase`, `n_hypotheses`) mean the same as signed ones, in whatever is computed of them.

-1 in an unsigned array is an error from numpy 2.5 on, and was 255 before: a phase that no one had.
"""

import ast
from pathlib import Path

import numpy as np
import pytest

import rscnav
from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.calibration.null_sessions import null_session
from rscnav.comparison.conditions import place_conditions, time_conditions
from rscnav.comparison.settings import Similarity
from rscnav.export.tables import export_tables
from rscnav.sampling.occupancy_matching import shared_cells, shares
from rscnav.sessions.schema import ARRAYS, NO_PHASE
from rscnav.sessions.session import Session

QUICK = {"n_null": 20, "max_points": 300, "n_subsets": 1, "max_samples": 300}
UNSIGNED = [field.name for field in ARRAYS if field.dtype.startswith("u")]


def session(signed: bool, n_trials: int = 30) -> Session:
    """Simulate a session in which each tenth sample has no phase; its unsigned fields signed, or as the schema says."""
    made = null_session("noise", np.random.default_rng(7), n_trials=n_trials, n_units=5, n_steps=60)
    made.phase = made.require("phase").astype(np.uint8)
    made.phase[::10] = NO_PHASE
    for name in UNSIGNED:
        if getattr(made, name) is not None:
            setattr(made, name, getattr(made, name).astype(np.int64 if signed else np.uint8))
    return made


def test_the_schema_has_unsigned_fields():
    assert set(UNSIGNED) == {"phase", "n_hypotheses"}
    assert session(signed=False).phase.dtype == np.uint8


@pytest.mark.parametrize("analysis", list(ANALYSES))
def test_analyses(analysis):
    settings = analysis_module(analysis).Settings
    known = {key: value for key, value in QUICK.items() if key in settings.model_fields}
    signed, unsigned = (analyse(session(kind), analysis, settings(**known)) for kind in (True, False))
    assert signed.status == unsigned.status
    assert signed.notes == unsigned.notes
    assert signed.arrays.keys() == unsigned.arrays.keys()
    for name, array in signed.arrays.items():
        np.testing.assert_array_equal(array, unsigned[name], err_msg=name)


def test_cells_of_phase_and_place_leave_out_samples_without_a_phase():
    network, like = session(signed=False), session(signed=False, n_trials=12)
    cells = shared_cells(network, like)
    assert cells.words == "phase and place"
    for cell, of in ((cells.network, network), (cells.recording, like)):
        np.testing.assert_array_equal(cell == -1, of.phase == NO_PHASE)
        assert cell.max() < cells.n == 60  # 3 phases x 20 places of the ring
    assert len(shares(cells.recording, cells.n)) == 60
    other = shared_cells(session(signed=True), session(signed=True, n_trials=12))
    np.testing.assert_array_equal(cells.network, other.network)
    np.testing.assert_array_equal(cells.recording, other.recording)


@pytest.mark.parametrize("conditions", [place_conditions, time_conditions])
def test_conditions_of_a_comparison(conditions):
    signed, unsigned = (
        conditions(made := session(kind), np.arange(len(made.time)), Similarity()) for kind in (True, False)
    )
    np.testing.assert_array_equal(signed.label, unsigned.label)
    assert (unsigned.label[session(signed=False).phase == NO_PHASE] == -1).all()


def test_tables(tmp_path):
    import pandas as pd

    for kind in (True, False):
        export_tables(session(kind), tmp_path / str(kind), "csv")
    tables = [pd.read_csv(tmp_path / str(kind) / "samples.csv") for kind in (True, False)]
    pd.testing.assert_frame_equal(*tables)
    assert (tables[1]["phase"].isna() == (session(signed=False).phase == NO_PHASE)).all()


def test_no_line_puts_a_negative_number_beside_an_unsigned_field():
    """Read the source: `np.where(..., x.phase, -1)` and the like, without a cast to a signed type first."""
    found = []
    for path in Path(rscnav.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in (
                "where",
                "full_like",
                "clip",
                "maximum",
                "minimum",
                "select",
            ):
                negative = any(isinstance(a, ast.UnaryOp) and isinstance(a.op, ast.USub) for a in node.args)
                bare = any(_name(a) in UNSIGNED and isinstance(a, ast.Attribute) for a in node.args)
                found += [f"{path.name}:{node.lineno}"] if negative and bare else []
    assert not found


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
