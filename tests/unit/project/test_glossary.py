"""docs/glossary.md: each term stands there once; each key of the configuration, of sessions and of results has one term."""

import ast
import dataclasses
import itertools
import re
import typing
from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
import torch
from pydantic import BaseModel

from helpers import ROOT
from rscnav.analyses.across_sessions import COMPARED
from rscnav.analyses.registry import ANALYSES, analyse, analysis_module
from rscnav.analyses.result import BAND, INTERVAL
from rscnav.comparison.compare import compare
from rscnav.comparison.settings import Similarity
from rscnav.config.schema import Config
from rscnav.dynamics.run import dynamics
from rscnav.dynamics.settings import Settings as Dynamics
from rscnav.networks.architecture import Architecture
from rscnav.networks.model import Network
from rscnav.networks.rollout import roll_out
from rscnav.networks.settings import Rollout
from rscnav.observers.settings import Observer
from rscnav.seeds import Seeds
from rscnav.sessions.poisson import poisson_spikes
from rscnav.sessions.schema import ARRAYS, TABLES
from rscnav.sessions.session import Session
from rscnav.sessions.settings import Encounters
from rscnav.tasks.registry import TASKS, make_task, task_module

PAGE = ROOT / "docs" / "glossary.md"
KINDS = ("config", "session", "result")
SECTIONS = (*ANALYSES, "dynamics", "compare", "pool")  # files of results
MOST_WORDS = 40
SEARCHED = """firing rate, tuning curve, place field, head direction, rate map, decoder, classifier, permutation test, null distribution,
circular shift, trial shuffle, spike shuffle, confidence interval, cross-validation, held-out, explained variance, fixed point, perturbation,
autonomous, spike train, posterior, likelihood, chance level, LM0, LM1, LM2, hypothesis, landmark, encounter, non-encounter, visibility radius,
belief, Bayes filter, smoother, optimality gap, KL divergence, trajectory divergence, driven divergence, training divergence, trial pair, state
pair, matched pair, ground truth, correlation sum, correlation dimension, local slopes, scaling region, Theiler window, surrogate,
participation ratio, eigenspectrum, rate dispersion, Miller-Madow, jackknife, RSA, crossnobis, DSA, BPTT, truncated BPTT, RTRL, SnAp, e-prop,
CRBP, GRU, LSTM, process noise, rollout, checkpoint, session, recording, sampled network, mapping, epoch, unit filter, provenance, sealed
file, run, job, stage"""
GIVEN_UP = """peak_rate, clip_norm, l2_rates, lower_rate, validate_every, groundtruth, sight_m, visibility_rad, n_starts, search_steps,
fixed_speed, merge_share, near_share, cloud_size, alone_s, return_s, continuation_s, every_s, apart_s, settle_s, n_rates, n_places,
min_visit_s, n_permutations, n_surrogates, report_s, stratum_trials, piece_s, max_pieces, lasts_s, place_code, roll_each_unit,
fresh_behaviour, is_ring, in_split, observer_divergence, where_decoded"""
FEW: dict[str, dict[str, typing.Any]] = {
    "tuning_entropy": {"n_null": 1, "n_groups": 4},
    "spatial_entropy": {"n_null": 1, "n_groups": 4},
    "rate_dispersion": {"n_null": 1, "n_matching_draws": 1, "min_passes": 1},
    "eigenspectrum": {"n_null": 20, "max_samples": 300},
    "pairwise": {"n_null": 5},
    "position_decoding": {"n_null": 5, "max_samples": 600, "n_folds": 2},
    "dimension": {"max_points": 300, "n_null": 1, "n_subsets": 1, "subset_points": 200, "surrogate_points": 100},
    "trajectory_divergence": {"n_null": 5, "min_pairs": 3, "before_s": 0.2, "after_s": 0.2},
    "decoding": {"n_null": 5, "min_trials": 2, "n_folds": 2, "before_s": 0.2, "after_s": 0.6, "step_s": 0.4},
    "non_encounters": {"n_null": 5, "min_sets": 3},
}  # settings that make each analysis fast; nothing is concluded from its numbers


@dataclasses.dataclass(frozen=True)
class Term:
    """A row of the glossary: the term with its synonyms, its meaning, its keys by kind."""

    names: tuple[str, ...]
    meaning: str
    keys: dict[str, tuple[str, ...]]


def listed(text: str) -> list[str]:
    """Split a list with commas."""
    return " ".join(text.split()).split(", ")


def rows(header: str) -> Iterator[list[str]]:
    """Yield the cells of every row of the page's tables with this header."""
    inside = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        inside = line.startswith("|") and (inside or line == header)
        if inside and line != header and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def read_keys(cell: str) -> dict[str, tuple[str, ...]]:
    """Read ``config `a`, `b`; result `c``` as names by kind."""
    found = {}
    for part in filter(None, cell.split("; ")):
        kind, _, names = part.partition(" ")
        assert kind in KINDS, f"keys are of {', '.join(KINDS)}: {cell}"
        assert re.fullmatch(r"`[^`]+`(, `[^`]+`)*", names), f"names stand in backticks, with commas between: {cell}"
        found[kind] = tuple(re.findall(r"`([^`]+)`", names))
    return found


def read_terms() -> list[Term]:
    """Read all rows of terms."""
    return [
        Term(tuple(names.split(", ")), meaning, read_keys(keys))
        for names, meaning, keys in rows("| term | meaning | keys |")
    ]


def read_parts() -> list[str]:
    """Read the beginnings (``LM1/``) and endings (``_low``) that keys may have beside their name."""
    return [part for names, _ in rows("| part | meaning |") for part in re.findall(r"`([^`]+)`", names)]


TERMS, PARTS = read_terms(), read_parts()


def models_in(annotation: typing.Any) -> Iterator[type[BaseModel]]:
    """Find the sections that a field of the configuration may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from models_in(inner)


def paths_of(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """List the keys of a section with their sections: ``training.learning_rule.name``."""
    for name, field in model.model_fields.items():
        yield above + name
        for section in models_in(field.annotation):
            yield from paths_of(section, f"{above}{name}.")


def config_keys() -> set[str]:
    """List all keys of config.yaml."""
    of_tasks = (path for task in TASKS for path in paths_of(task_module(task).Settings, f"tasks.{task}."))
    return {*paths_of(Config), *of_tasks}


def session_fields() -> set[str]:
    """List all fields of a session, and the columns of its tables."""
    columns = {f"{table}.{column}" for table, dtype in TABLES.items() for column in dtype.names or ()}
    return {*(field.name for field in ARRAYS), *TABLES, *(f.name for f in dataclasses.fields(Session)), *columns}


@pytest.fixture(scope="module")
def result_keys() -> set[str]:
    """Run everything that makes results on one untrained network; ``ANALYSIS.KEY``, names of sessions and observers replaced."""
    torch.set_num_threads(1)
    task, coarse = make_task("ring-fixed"), Observer(grid_bins=128, particles=64)
    network = Network(len(task.channels), task.heads, Architecture("gru", 10), torch.Generator().manual_seed(0)).eval()
    rollout = Rollout(train_trials=10, test_trials=90)
    session = roll_out(
        "one-s1", "one", network, task, Seeds(0, ("one",)), rollout, Encounters(), batch_size=10, observer=coarse
    )
    settings = {name: analysis_module(name).Settings(**FEW.get(name, {})) for name in ANALYSES}
    results = {name: analyse(session, name, settings[name]) for name in ANALYSES}
    assert all(result.applicable for result in results.values())
    spikes = with_spikes(session)
    counted = {name: analyse(spikes, name, settings[name]) for name in ("dimension", "eigenspectrum")}
    few = Dynamics(n_inits=2, max_iters=5, n_trials=3, n_null=2, n_continuations=1, min_trials=2, n_examples=2,
                   n_manifold_states=100, perturbation_follow_s=1.0, autonomous_s=2.0)  # fmt: skip
    results["dynamics"] = dynamics(session, network, task, few, coarse, Seeds(0))
    geometry = Similarity(n_null=19, n_subsamples=10, n_groups=8, n_splits=1, min_conditions=4, min_occupancy_s=0.1,
                          segment_s=60.0)  # longer than a trial: no DSA, which is slow; its keys are read from the source  # fmt: skip
    other = dataclasses.replace(session, name="other-s1")
    results["compare"] = compare([session, other], geometry, None, Seeds(0))
    found = {f"{name}.{key}" for some in (results, counted) for name, result in some.items() for key in result.arrays}
    found |= {f"pool.{number}/{part}" for number in COMPARED for part in ("values", "mean", "low", "high", "p", "n")}
    observers, heads = "|".join(session.observer_names), "|".join(session.head_names)
    named = (
        (r"(?<=^compare\.)(one-s1:other-s1)", "SESSION:SESSION"),
        (r"(?<=^compare\.)(one-s1|other-s1)", "SESSION"),
        (rf"(?<=^observer_comparison\.)({observers})(?=/)", "OBSERVER"),
        (rf"(?<=\.head/)({heads})(?=/)", "HEAD"),
    )
    for pattern, name in named:
        found = {re.sub(pattern, name, key) for key in found}
    return found


def with_spikes(session: Session) -> Session:
    """Return a recording of Poisson neurons whose rates follow the states of a network's session."""
    draw, edges = np.random.default_rng(0), (session.time - session.dt_s / 2, session.time + session.dt_s / 2)
    activity = np.asarray(session.activity[:], np.float64)
    rates = 20 * (activity - activity.min(axis=0))
    spikes = [poisson_spikes(rate, *edges, draw) for rate in rates.T]
    bins = np.append(edges[0], edges[1][-1])
    counts = np.stack([np.histogram(times, bins)[0] for times in spikes], axis=1)
    activity = (counts / session.dt_s).astype(np.float32)
    return dataclasses.replace(session, name="spikes", kind="recording", activity=activity, spikes=spikes)


def written_keys() -> Iterator[tuple[tuple[str, ...], str]]:
    """Read from the source the keys that are added to results, and to which; what is computed of a key is ``{}``."""
    for folder in ("analyses", "dynamics", "comparison"):
        for path in (ROOT / "src" / "rscnav" / folder).rglob("*.py"):
            own = {"dynamics": "dynamics", "comparison": "compare"}.get(folder, path.stem)
            own = "pool" if own == "across_sessions" else own
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                method = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
                if method not in ("add", "add_each") or len(node.args) < 2:
                    continue
                if isinstance(node.args[0], ast.Constant | ast.JoinedStr):
                    for end in ends_of(node.args[1]) if method == "add_each" else ("",):
                        yield (own,) if own in SECTIONS else SECTIONS, literal(node.args[0]) + end


def ends_of(node: ast.expr) -> tuple[str, ...]:
    """Return the ends of the names that `Result.add_each` adds; ``{}`` where they are computed."""
    if isinstance(node, ast.Name) and node.id in ("INTERVAL", "BAND"):
        return {"INTERVAL": INTERVAL, "BAND": BAND}[node.id]
    if isinstance(node, ast.Tuple) and all(isinstance(end, ast.Constant) for end in node.elts):
        return tuple(str(end.value) for end in node.elts if isinstance(end, ast.Constant))
    return ("{}",)


def literal(node: ast.Constant | ast.JoinedStr) -> str:
    """Return the text of a string, ``{}`` in place of what an f-string computes."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def claimed(kind: str) -> dict[str, list[str]]:
    """Map each key of a kind to the terms that name it."""
    found: dict[str, list[str]] = {}
    for term in TERMS:
        for key in term.keys.get(kind, ()):
            found.setdefault(key, []).append(term.names[0])
    return found


def without_parts(key: str, used: set[str] | None = None) -> set[str]:
    """List what remains of a key when beginnings and endings are taken off: all of it, or less and less."""
    found, waiting = {key}, [key]
    while waiting:
        rest = waiting.pop()
        for part in PARTS:
            at_end = part[0] in "_/"
            if len(rest) <= len(part) or not (rest.endswith(part) if at_end else rest.startswith(part)):
                continue
            if used is not None:
                used.add(part)
            less = rest[: -len(part)] if at_end else rest[len(part) :]
            if less not in found:
                found.add(less)
                waiting.append(less)
    return found


def best_key(keys: dict[str, list[str]], names: set[str], sections: Iterable[str] = ()) -> list[str]:
    """Return the glossary's key for the longest of the names, written after a section where it is; several, if there is doubt."""
    known = {}
    for name in names:
        with_section = [f"{section}.{name}" for section in sections if f"{section}.{name}" in keys]
        if with_section or name in keys:
            known[name] = with_section or [name]
    length = max(map(len, known), default=0)
    return [key for name, those in known.items() if len(name) == length for key in those]


def by_section(path: str) -> set[str]:
    """List the ways to write a key: alone, or after as many of its sections as make it clear."""
    names = path.split(".")
    return {".".join(names[k:]) for k in range(len(names))}


def assert_one_term_each(keys: dict[str, list[str]], all_paths: set[str], found: dict[str, list[str]]) -> None:
    """Check that each key is found once, in one term, and that each key of the glossary is found for some key that is there."""
    missing = sorted(path for path in all_paths if not found[path])
    assert not missing, f"keys without a term: {', '.join(missing)}"
    doubtful = {path: names for path, names in sorted(found.items()) if len(names) > 1}
    assert not doubtful, f"keys that could be of several terms: {doubtful}"
    twice = {key: terms for key, terms in keys.items() if len(terms) > 1}
    assert not twice, f"keys of more than one term: {twice}"
    used = {name for names in found.values() for name in names}
    unknown = sorted(set(keys) - used)
    assert not unknown, f"the glossary names keys that are not there: {', '.join(unknown)}"


def test_every_key_of_the_configuration_has_one_term_and_no_other_is_named():
    paths, keys = config_keys(), claimed("config")
    assert len(paths) > 300
    assert_one_term_each(keys, paths, {path: best_key(keys, by_section(path)) for path in paths})


def test_every_field_of_a_session_has_one_term_and_no_other_is_named():
    paths, keys = session_fields(), claimed("session")
    assert {"activity", "encounters.order", "training_curve.gap_LM1", "visibility_radius"} <= paths
    ways = {path: {less for name in by_section(path) for less in without_parts(name)} for path in paths}
    assert_one_term_each(keys, paths, {path: best_key(keys, ways[path]) for path in paths})


def test_every_key_of_a_result_has_one_term_and_no_other_is_named(result_keys):
    keys, used, found = claimed("result"), set(), {}
    for path in result_keys:
        section, _, key = path.partition(".")
        found[path] = best_key(keys, without_parts(key, used), [section])
    for sections, template in written_keys():
        *above, last = template.split("/")
        if "{}" in last or f"/{last}" in PARTS:
            pattern = re.escape(template).replace(r"\{\}", ".*")
            assert any(re.fullmatch(pattern, path.partition(".")[2]) for path in result_keys), f"no result: {template}"
            continue
        fixed = [*itertools.takewhile(lambda part: "{}" not in part, reversed(above))][::-1]
        rest = without_parts("/".join([*fixed, last]), used)
        found[f"{sections[0]}: {template}"] = best_key(keys, rest, sections)[:1]
    for path in session_fields():
        without_parts(path, used)
    assert_one_term_each(keys, set(found), found)
    unused = [part for part in PARTS if part not in used]
    assert not unused, f"no key has these parts: {', '.join(unused)}"


def test_terms_stand_once_with_a_short_meaning():
    assert len(TERMS) > 150
    names = Counter(name.lower() for term in TERMS for name in term.names)
    assert not [name for name, n in names.items() if n > 1]
    for term in TERMS:
        assert term.meaning.endswith("."), f"{term.names[0]}: the meaning ends with a full stop"
        n_words = len(term.meaning.split())
        assert n_words <= MOST_WORDS, f"{term.names[0]}: {n_words} words; at most {MOST_WORDS} are allowed"


def test_terms_that_readers_search_for_are_there():
    known = {name for term in TERMS for name in term.names}
    missing = [name for name in listed(SEARCHED) if name not in known]
    assert not missing, f"no row for: {', '.join(missing)}"


def test_words_that_were_given_up_are_in_no_text():
    pattern = re.compile(rf"(?<!\w)({'|'.join(listed(GIVEN_UP))})(?!\w)")
    texts = [ROOT / "config.yaml"]
    for folder in ("src", "workflow", "docs"):
        texts += [path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".smk", ".yaml")]
    assert len(texts) > 300
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in texts
        if path.name != "CHANGELOG.md"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in pattern.finditer(line)
    ]
    assert not found, "; ".join(found)
