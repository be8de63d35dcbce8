"""Arrays of MATLAB (version 5 to 7, and 7.3), numpy and HDF5: every layout that people save spikes, tracks and tables in, by name."""

import random

import h5py
import numpy as np
import pytest
import yaml
from scipy import sparse
from scipy.io import savemat

from rscnav.inspection.array_contents import array_contents
from rscnav.recordings import read_recording
from rscnav.recordings.plain_arrays.readers import ArrayFile

TRAINS = [np.array([0.5, 1.5, 4.25]), np.array([]), np.array([2.0]), np.arange(8) / 2.0]
QUALITY = ["good", "mua", "good", "noise"]


# -- Files of version 7.3, as MATLAB writes them: transposed, classes in attributes, cells as references -----------------


class Matlab73:
    """Write a file as `save -v7.3` does."""

    def __init__(self, path):
        self.path, self.n = path, 0

    def __enter__(self):
        self.file = h5py.File(self.path, "w", userblock_size=512)
        self.file.create_group("#refs#")
        return self

    def __exit__(self, *_):
        self.file.close()
        with open(self.path, "r+b") as raw:
            raw.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")

    def save(self, name, value, top=None):
        top = self.file if top is None else top
        if isinstance(value, str):
            data = np.array([[ord(c)] for c in value], np.uint16)
            item, kind = top.create_dataset(name, data=data), "char"
        elif isinstance(value, dict):
            item, kind = top.create_group(name), "struct"
            for field, one in value.items():
                self.save(field, one, item)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            item, kind = top.create_group(name), "struct"
            for field in value[0]:
                self.references(field, [one[field] for one in value], item)
        elif isinstance(value, list):
            item, kind = self.references(name, value, top), "cell"
        else:
            array = np.asarray(value)
            array = array[None] if array.ndim == 1 else array
            if array.size:
                item = top.create_dataset(name, data=array.T)
            else:
                item = top.create_dataset(name, data=np.array(array.shape, np.uint64))
                item.attrs["MATLAB_empty"] = np.uint8(1)
            kind = "logical" if array.dtype == bool else "double"
        item.attrs["MATLAB_class"] = np.bytes_(kind)
        return item

    def references(self, name, values, top):
        found = []
        for value in values:
            self.n += 1
            found.append(self.save(f"r{self.n}", value, self.file["#refs#"]).ref)
        item = top.create_dataset(name, (len(found), 1), h5py.ref_dtype)
        for k, ref in enumerate(found):
            item[k, 0] = ref
        return item


def cells(values):
    made = np.empty((1, len(values)), object)
    for k, value in enumerate(values):
        made[0, k] = value
    return made


def structures(rows):
    made = np.empty((1, len(rows)), [(name, object) for name in rows[0]])
    for k, row in enumerate(rows):
        made[0, k] = tuple(row.values())
    return made


def for_scipy(value):
    if isinstance(value, list):
        return (
            structures([{n: for_scipy(v) for n, v in one.items()} for one in value])
            if value and isinstance(value[0], dict)
            else cells([for_scipy(v) for v in value])
        )
    return {name: for_scipy(one) for name, one in value.items()} if isinstance(value, dict) else value


@pytest.fixture(params=["v5", "v7.3"])
def save(request, tmp_path):
    """Give a function that saves values as a MATLAB file and returns its path."""

    def write(**values):
        path = tmp_path / "rat.mat"
        if request.param == "v5":
            savemat(
                path, {name: for_scipy(value) for name, value in values.items()}, do_compression=True, oned_as="row"
            )
        else:
            with Matlab73(path) as file:
                for name, value in values.items():
                    file.save(name, value)
        return path

    return write


def spikes_of(path, times, unit=None, **more):
    return read_recording(
        path, {"arrays": {"spikes": {"times": times, "unit": unit}, **more}, "trial_s": 1.0}, quiet=True
    )


def refused(path, mapping, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_recording(path, mapping, quiet=True)
    assert str(path) in str(caught.value)


# -- Layouts ------------------------------------------------------------------------------------------------------------


def test_one_structure_a_unit(save):
    rows = [{"times": times[:, None], "quality": q} for times, q in zip(TRAINS, QUALITY, strict=True)]
    session = spikes_of(save(units=rows), "units.times", units={"quality": "units.quality"})
    assert [times.tolist() for times in session.spikes] == [times.tolist() for times in TRAINS]
    assert session.units["quality"].tolist() == QUALITY


def test_structures_inside_a_structure(save):
    rows = [{"times": times} for times in TRAINS]
    session = spikes_of(save(session={"sorted": {"units": rows}}), "session/sorted/units/times")
    assert [len(times) for times in session.spikes] == [3, 0, 1, 8]


def test_a_cell_of_vectors_with_empty_ones(save):
    session = spikes_of(save(trains=TRAINS), "trains")
    assert [times.tolist() for times in session.spikes] == [times.tolist() for times in TRAINS]


def test_one_cell_is_one_unit(save):
    session = spikes_of(save(trains=[TRAINS[3]]), "trains")
    assert [times.tolist() for times in session.spikes] == [TRAINS[3].tolist()]


def test_cells_in_cells(save):
    session = spikes_of(save(trains=[[TRAINS[0]], [], [[TRAINS[3][:, None]]]]), "trains")
    assert [len(times) for times in session.spikes] == [3, 0, 8]


def test_a_cell_of_many_vectors_for_one_unit_is_refused(save):
    path = save(trains=[[TRAINS[0], TRAINS[3]], TRAINS[2]])
    refused(
        path,
        {"arrays": {"spikes": {"times": "trains"}}},
        r"'trains\{0\}' is a cell array; expected a vector of numbers",
    )


def test_times_and_units_in_the_columns_of_one_matrix(save):
    times = np.concatenate(TRAINS)
    unit = np.repeat([1.0, 2.0, 3.0, 4.0], [len(train) for train in TRAINS])
    path = save(cluster_class=np.stack([unit, times * 1e3], axis=1))
    session = spikes_of(path, "cluster_class[:, 1]", "cluster_class[:, 0]", time_unit="ms")
    assert [train.tolist() for train in session.spikes] == [train.tolist() for train in TRAINS if len(train)]
    assert session.units["name_in_file"].tolist() == ["1.0", "3.0", "4.0"]
    refused(
        path,
        {"arrays": {"spikes": {"times": "cluster_class", "unit": "cluster_class"}}},
        r"'cluster_class' has shape \(12, 2\); expected a vector; name one of its columns",
    )
    refused(
        path,
        {"arrays": {"spikes": {"times": "cluster_class[:, 2]", "unit": "cluster_class[:, 0]"}}},
        r"\[:, 2\] is outside its size, \(12, 2\); indices count from 0",
    )
    refused(
        path,
        {"arrays": {"spikes": {"times": "cluster_class[1]", "unit": "cluster_class[:, 0]"}}},
        r"the index \[1\] is not valid for 2 dimension",
    )


def test_times_given_as_units_are_refused(save):
    times = np.sort(np.random.default_rng(0).uniform(0, 100, 5000))
    refused(save(t=times), {"arrays": {"spikes": {"times": "t", "unit": "t"}}}, "5000 different values for 5000 spikes")


def test_time_x_and_y_in_the_columns_of_one_matrix(save):
    t = np.arange(200) / 10
    xy = np.stack([np.cos(t), np.sin(t)], axis=1)
    arrays = {"spikes": {"times": "trains"}, "series": {"xy": {"data": "pos[:, 1:]", "time": "pos[:, 0]"}}}
    path = save(pos=np.column_stack([t, xy]), trains=[np.arange(1, 19) * 1.0])
    session = read_recording(
        path, {"arrays": arrays, "position": {"series": "xy", "unit": "m"}, "trial_s": 5.0}, quiet=True
    )
    at = np.searchsorted(t, session.time[5])
    np.testing.assert_allclose(session.position[5], xy[at], atol=0.1)


@pytest.mark.parametrize("across", [False, True])
def test_a_matrix_of_counts_that_lies_either_way(save, across):
    counts = np.random.default_rng(0).poisson(1.0, (3000, 80)).astype(float)
    path = save(Q=counts.T if across else counts)
    mapping = {"arrays": {"series": {"Q": {"data": "Q", "rate": 10.0}}}, "activity": {"series": "Q", "kind": "counts"}}
    session = read_recording(path, mapping, quiet=True)
    assert session.activity.shape == (3000, 80)
    np.testing.assert_allclose(np.asarray(session.activity), counts * 10.0)


def test_a_square_matrix_needs_to_be_told(save):
    counts = np.random.default_rng(0).poisson(1.0, (60, 60)).astype(float)
    path = save(Q=counts)

    def mapping(**more):
        return {
            "arrays": {"series": {"Q": {"data": "Q", "rate": 10.0, **more}}},
            "activity": {"series": "Q", "kind": "counts"},
            "trial_s": 1.0,
        }

    with pytest.raises(ValueError, match="does not show which dimension is time; set across: false"):
        read_recording(path, mapping(), quiet=True)


def test_across_says_which_side_is_time(tmp_path):
    data = np.arange(12.0).reshape(3, 4)
    np.savez(tmp_path / "x.npz", data=data)
    from rscnav.recordings.plain_arrays.to_nwb import _samples
    from rscnav.recordings.settings.arrays import ArraySeries

    held = ArrayFile(str(tmp_path / "x.npz"))
    for across, expected in ((True, data.T), (False, data), (None, data.T)):
        found, time = _samples(held, ArraySeries(data="data", rate=2.0, across=across), "arrays.series.x", 1.0)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_array_equal(time, np.arange(len(expected)) / 2)


def test_texts_and_flags_in_tables(save):
    path = save(
        on=np.arange(0.0, 10.0, 2.0), off=np.arange(0.0, 10.0, 2.0) + 1.5, res=["hit", "miss", "hit", "no", "hit"],
        lit=np.array([True, False, True, True, False]), one="text", trains=[np.arange(0, 100) / 10],
    )  # fmt: skip
    table = {"start_time": "on", "stop_time": "off", "outcome": "res", "lit": "lit"}
    mapping = {
        "arrays": {"spikes": {"times": "trains"}, "tables": {"trials": table}},
        "trials": {"outcome": "outcome", "correct": ["hit"], "incorrect": ["miss"]},
    }
    session = read_recording(path, mapping, quiet=True)
    assert session.trials["outcome"].tolist() == ["correct", "incorrect", "correct", "none", "correct"]
    mapping["arrays"]["tables"]["trials"] = {**table, "outcome": "one"}
    refused(path, mapping, "its columns differ in length")


def test_a_field_that_is_not_there_is_answered_with_those_that_are(save):
    path = save(session={"units": [{"times": train} for train in TRAINS]}, other=np.zeros(3))
    refused(path, {"arrays": {"spikes": {"times": "session.units.time"}}}, "there is no 'time'; there are: times")
    refused(path, {"arrays": {"spikes": {"times": "othr"}}}, "did you mean 'other'")


def test_what_is_not_named_does_not_matter(save, tmp_path):
    path = save(trains=TRAINS, nonsense=[[[TRAINS[0], "text"], {"a": 1.0}], 3.0])
    assert spikes_of(path, "trains").n_units == 4


# -- What can't be read is named, with its cure -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cure"),
    [("string", "cellstr"), ("table", "table2struct"), ("categorical", "cellstr"), ("MyClass", "plain arrays")],
)
def test_objects_of_matlab_s_classes(tmp_path, kind, cure):
    path = tmp_path / "x.mat"
    with Matlab73(path) as file:
        file.save("trains", TRAINS)
        item = file.file.create_dataset("label", data=np.array([[3707764736, 2, 1, 1, 1, 1]], np.uint32))
        item.attrs["MATLAB_class"], item.attrs["MATLAB_object_decode"] = np.bytes_(kind), np.int32(3)
    assert spikes_of(path, "trains").n_units == 4
    refused(
        path,
        {"arrays": {"spikes": {"times": "trains"}, "units": {"label": "label"}}},
        f"'label' in .* is a MATLAB {kind}, .*{cure}",
    )


def test_a_sparse_matrix(tmp_path):
    savemat(tmp_path / "x.mat", {"Q": sparse.eye(5).tocsc()})
    mapping = {"arrays": {"series": {"Q": {"data": "Q", "rate": 1.0}}}, "activity": {"series": "Q"}}
    refused(
        tmp_path / "x.mat",
        mapping,
        r"a sparse matrix, which can't be read; save it as a full matrix: x = full\(x\)",
    )


def test_texts_and_complex_numbers_are_no_times(tmp_path):
    savemat(tmp_path / "x.mat", {"t": np.array([1 + 1j, 2]), "s": "abc", "u": np.array([1, 2])})
    refused(
        tmp_path / "x.mat",
        {"arrays": {"spikes": {"times": "t", "unit": "u"}}},
        "'t' holds complex numbers; expected numbers",
    )
    refused(
        tmp_path / "x.mat", {"arrays": {"spikes": {"times": "s", "unit": "u"}}}, "'s' holds texts; expected numbers"
    )


def test_structured_arrays_of_numpy_are_tables(tmp_path):
    table = np.array([(0.5, 1), (1.5, 2), (2.5, 1)], [("t", "f8"), ("unit", "i4")])
    np.savez(tmp_path / "x.npz", spikes=table)
    session = spikes_of(tmp_path / "x.npz", "spikes.t", "spikes.unit")
    assert [times.tolist() for times in session.spikes] == [[0.5, 2.5], [1.5]]


def test_links_and_references_that_lead_nowhere_are_passed_over(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["good/t"], file["good/u"] = [0.5, 1.5, 2.5], [1, 2, 1]
        file["good/lost"] = h5py.SoftLink("/nowhere")
        file["out"] = h5py.ExternalLink("other.h5", "/x")
    assert spikes_of(tmp_path / "x.h5", "good.t", "good.u").n_units == 2
    refused(tmp_path / "x.h5", {"arrays": {"spikes": {"times": "good.lost"}}}, "there is no array 'good.lost'")
    refused(tmp_path / "x.h5", {"arrays": {"spikes": {"times": "out"}}}, "a link to 'other.h5', which does not exist")


# -- Damaged files --------------------------------------------------------------------------------------------------------


def damaged(rng, data):
    data = bytearray(data)
    how = rng.choice(["flip", "flip", "head", "cut", "zeros", "insert"])
    if how in ("flip", "head"):
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(len(data) if how == "flip" else min(200, len(data)))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del data[rng.choice([0, 1, 100, len(data) // 2, len(data) - 1]) :]
    elif how == "zeros":
        at = rng.randrange(len(data))
        data[at : at + 64] = bytes(len(data[at : at + 64]))
    else:
        data[rng.randrange(len(data)) : 0] = b"\x00\x17rubbish"
    return bytes(data)


@pytest.mark.parametrize("kind", ["npz", "mat"])
def test_a_damaged_file_is_refused_in_a_sentence_or_read_right(tmp_path, kind):
    values = {"t": np.concatenate(TRAINS), "u": np.repeat([1, 2, 3], [3, 1, 8])}
    path = tmp_path / f"x.{kind}"
    np.savez_compressed(path, **values) if kind == "npz" else savemat(path, values, do_compression=True)
    whole, rng = path.read_bytes(), random.Random(0)
    right = [times.tolist() for times in spikes_of(path, "t", "u").spikes]
    n_refused = 0
    for _ in range(150):
        path.write_bytes(damaged(rng, whole))
        session, said = None, ""
        try:
            session = spikes_of(path, "t", "u")
        except ValueError as error:
            said = str(error)
        n_refused += session is None
        assert session is not None or str(path) in said
        assert session is None or [times.tolist() for times in session.spikes] == right
    assert n_refused > 75


# -- What is in a file, before it is mapped --------------------------------------------------------------------------------


def test_the_arrays_of_a_file_are_listed_and_a_mapping_is_drafted(save):
    t = np.arange(300) / 10
    path = save(
        spk=np.concatenate(TRAINS), clu=np.repeat([1.0, 2.0, 3.0], [3, 1, 8]), xy=np.stack([np.cos(t), np.sin(t)]), t_cam=t,
        trial={"onset": np.arange(0.0, 20, 5), "offset": np.arange(4.0, 24, 5)}, note="hello", names=["a", "b"],
    )  # fmt: skip
    listed, draft = array_contents(str(path), "rat")
    text = "\n".join(listed).replace("trial/", "trial.")  # a group of a v7.3 file
    for words in ("spk: ", "clu: ", "2 x 300", "trial.onset: ", "names: 2 texts: 'a', 'b'", "note: "):
        assert words in text
    drafted = yaml.safe_load(draft.replace("trial/", "trial."))["recordings"][0]
    assert drafted["arrays"] == {
        "spikes": {"times": "spk", "unit": "clu"},
        "series": {"position": {"data": "xy", "time": "t_cam"}},
        "tables": {"trials": {"start_time": "trial.onset", "stop_time": "trial.offset"}},
    }
    session = read_recording(drafted.pop("file"), drafted, quiet=True)
    assert (session.n_units, len(session.trials)) == (3, 4)


def test_one_array_that_can_not_be_read_does_not_stop_the_list(tmp_path):
    with Matlab73(tmp_path / "x.mat") as file:
        file.save("units", [{"times": times} for times in TRAINS])
        item = file.file.create_dataset("label", data=np.zeros((1, 6), np.uint32))
        item.attrs["MATLAB_class"], item.attrs["MATLAB_object_decode"] = np.bytes_("string"), np.int32(3)
    listed, draft = array_contents(str(tmp_path / "x.mat"), "rat")
    assert "  label: a MATLAB string, which can't be read; save it" in "\n".join(listed)
    assert "  units.times: 4 structures of 0 to 8 numbers" in listed
    assert yaml.safe_load(draft)["recordings"][0]["arrays"] == {"spikes": {"times": "units.times"}}


def test_nothing_to_guess(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.zeros((3, 4)), s=np.array("x"))
    listed, draft = array_contents(str(tmp_path / "x.npz"), "rat")
    assert listed[-1].startswith("No draft: found neither spike times")
    assert not draft
