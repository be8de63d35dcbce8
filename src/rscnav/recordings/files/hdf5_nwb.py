"""NWB in HDF5, opened after a look through the file: what cannot be read is left out by name, and the rest is read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
from hdmf.build import DatasetBuilder, GroupBuilder, ObjectMapper
from pynwb import NWBHDF5IO

from rscnav.errors import InvalidValueError, first_line
from rscnav.recordings.files.hdf5_probe.findings import Fault, Probed, key_of

# What h5py raises for values that cannot be read.
_READING = (OSError, RuntimeError, MemoryError, TypeError, OverflowError)
_VALUES = ("data", "timestamps", "starting_time")  # without which pynwb makes an empty series


class NamedDataset(h5py.Dataset):
    """A dataset whose errors name file and path; where reading is refused, it has a shape and a type only.

    Parameters
    ----------
    data : h5py.Dataset
    refusal : str
        Why its values are not read; '' where they are.
    note : str
        What is to be said where they are read.
    notes : list of str
        Where that is then added.
    """

    def __init__(self, data: h5py.Dataset, refusal: str, note: str, notes: list[str]) -> None:
        super().__init__(data.id)
        self._refusal, self._note, self._notes = refusal, note, notes

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Refuse what is not read, and name file and path in what h5py raises."""
        if self._refusal:
            raise InvalidValueError(f"{self.file.filename}: {self.name}: {self._refusal}")
        if self._note and self._note not in self._notes:
            self._notes.append(self._note)
        try:
            yield
        except _READING as error:
            why = f" cannot be read ({first_line(error)})"
            if isinstance(error, MemoryError):
                why = f", of shape {self.shape}, needs more memory than there is"
            raise InvalidValueError(f"{self.file.filename}: {self.name}{why}") from error

    def __getitem__(self, args: Any, new_dtype: Any = None) -> Any:
        """Read values."""
        with self._reading():
            return super().__getitem__(args, new_dtype=new_dtype)

    def read_direct(self, dest: Any, source_sel: Any = None, dest_sel: Any = None) -> None:
        """Read values into an array."""
        with self._reading():
            super().read_direct(dest, source_sel, dest_sel)

    def __array__(self, dtype: Any = None, copy: bool = True) -> Any:
        with self._reading():  # refused before an array of its size is made
            return super().__array__(dtype, copy=copy)


ObjectMapper.no_convert(NamedDataset)


class _Members(h5py.Group):
    """A group as the reader sees it: without what is left out."""

    def __init__(self, group: h5py.Group, reader: "HDF5Reader") -> None:
        super().__init__(group["/"].id if isinstance(group, h5py.File) else group.id)
        self._reader = reader

    def __iter__(self) -> Iterator[str]:
        names = list(super().__iter__())
        left = self._reader.left_out_of(self, names)
        yield from (name for name in names if name not in left)


class HDF5Reader(NWBHDF5IO):
    """`pynwb.NWBHDF5IO` that leaves out what cannot be read, and reads the rest.

    Parameters
    ----------
    found : Probed
        What a look through the file found.
    load_namespaces : bool
        Whether the file's own copy of its extensions is used.
    """

    def __init__(self, found: Probed, load_namespaces: bool = True) -> None:
        self._found = found
        self.left_out: dict[str, str] = {}  # why, by path
        self.notes = list(found.notes)
        self._void: dict[int, Any] = {}  # builders that stand for what was left out
        super().__init__(found.path, "r", load_namespaces=load_namespaces)

    def left_out_of(self, group: h5py.Group, names: list[str]) -> set[str]:
        """Return the members of a group that are left out, and remember why."""
        left = set()
        file, address = key_of(group)
        table = "colnames" in group.attrs
        for name in names:
            fault = self._found.skipped.get((file, address, name))
            if fault is None:
                item = group[name]
                fault = self._found.dropped.get(key_of(item)) or self._unknown_type(item)
                if fault is None and table and "neurodata_type" not in item.attrs:
                    fault = Fault(item.name, "it names no type (neurodata_type), as a table's columns must")
            if fault is not None:
                self.left_out[fault.path] = fault.why
                left.add(name)
        return left

    def _unknown_type(self, item: Any) -> Fault | None:
        """Say of an object that it is of a type that nobody here knows."""
        namespace, kind = (_text(item.attrs.get(name, "")) for name in ("namespace", "neurodata_type"))
        if not namespace or not kind:
            return None
        known = self.manager.namespace_catalog
        if namespace not in known.namespaces:
            return Fault(
                item.name,
                f"its type '{kind}' is of the extension '{namespace}', which is neither installed nor stored in the file; the "
                f"file itself is sound. Install the extension into the environment (pip install {namespace}), or ask the file's "
                "author for it",
            )
        if kind not in known.get_namespace(namespace).get_registered_types():
            return Fault(
                item.name,
                f"its type '{kind}' is not in the version of '{namespace}' that is installed "
                f"({known.get_namespace(namespace).version}); install the version that wrote it",
            )
        return None

    # hdmf's own steps, one group and one dataset at a time.

    def _HDF5IO__read_group(self, h5obj: Any, name: Any = None, ignore: Any = frozenset()) -> Any:
        group = _Members(h5obj, self)
        try:
            builder = super()._HDF5IO__read_group(group, name, ignore)
        except RecursionError:
            raise
        except Exception as error:
            if h5obj.name == "/":
                raise
            return self._left_out(
                GroupBuilder(str(name or os.path.basename(h5obj.name))), h5obj.name, first_line(error)
            )
        for held in (builder.groups, builder.datasets, builder.links):
            for member in [m for m, b in held.items() if id(getattr(b, "builder", b)) in self._void]:
                del held[member]
        for member in _VALUES:
            path = f"{h5obj.name.rstrip('/')}/{member}"
            if path in self.left_out and "neurodata_type" in builder.attributes:
                return self._left_out(builder, h5obj.name, f"its '{member}' is {self.left_out[path]}")
        return self._unless_it_refers_to_void(builder, h5obj.name)

    def _HDF5IO__read_dataset(self, h5obj: Any, name: Any = None) -> Any:
        key = key_of(h5obj)
        fault, partial = self._found.refused.get(key), self._found.partial.get(key)
        data = NamedDataset(h5obj, "" if fault is None else fault.why, str(partial or ""), self.notes)
        try:
            builder = super()._HDF5IO__read_dataset(data, name)
        except Exception as error:
            why = first_line(error) if fault is None else fault.why
            return self._left_out(DatasetBuilder(str(name or os.path.basename(h5obj.name))), h5obj.name, why)
        return self._unless_it_refers_to_void(builder, h5obj.name)

    def _unless_it_refers_to_void(self, builder: Any, path: str) -> Any:
        for attribute, value in builder.attributes.items():
            if id(value) in self._void:
                return self._left_out(
                    builder, path, f"its attribute '{attribute}' refers to an object that cannot be read"
                )
        return builder

    def _left_out(self, builder: Any, path: str, why: str) -> Any:
        self.left_out[path] = why
        self._void[id(builder)] = builder
        return builder


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
