"""Captions of the report: from each figure's module, and no rerun trigger."""

import pytest
from snakemake.persistence import UNREPRESENTABLE, PersistenceBase

from rscnav.figures.captions import Caption, caption_of
from rscnav.figures.registry import FIGURES


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_one(figure):
    text = str(caption_of(FIGURES[figure]))
    assert text[0].isupper()
    assert "Figure `" not in text
    assert len(text) > 30
    assert text.endswith(".")


def test_what_is_no_module_or_has_no_text(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "no_text_here.py").write_text("X = 1\n")
    (tmp_path / "text_here.py").write_text('"""figure of\ntwo lines.\n\nMore."""\n')
    with pytest.raises(ValueError, match="no_text_here: no docstring"):
        caption_of("no_text_here")
    with pytest.raises(ValueError, match="no_such_module_at_all: no such module"):
        caption_of("no_such_module_at_all")
    assert str(caption_of("text_here")) == "Figure of two lines."


def test_a_caption_is_no_trigger():
    serialize = PersistenceBase._serialize_param_builtin
    assert serialize(None, Caption("x")) is UNREPRESENTABLE
    assert serialize(None, "x") is not UNREPRESENTABLE
