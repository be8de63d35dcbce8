"""Read NWB in HDF5 after the probe of the file; objects that cannot be read are left out by name, and the rest is read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h5py
from hdmf.build import DatasetBuilder, GroupBuilder, ObjectMapper
from pynwb import NWBHDF5IO

from rscnav.errors import InvalidValueError, first_line
from rscnav.recordings.files.hdf5_probe.findings import Fault, Probed, key_of

# Errors that h5py raises for values that cannot be read.
_READING = (OSError, RuntimeError, MemoryError, TypeError, OverflowError)
_VALUES = ("data", "timestamps", "starting_time")  # without these pynwb makes an empty series


class NamedDataset(h5py.Dataset):
    """A dataset whose errors name file and path; if reading is refused, only shape and type are available.

    Parameters
    ----------
    data : h5py.Dataset
    refusal : str
        Why its values are not read; '' if they are read.
    note : str
        Note on values that are read, '' for none.
    notes : list of str
        The note is added here when values are read.
    """

    def __init__(self, data: h5py.Dataset, refusal: str, note: str, notes: list[str]) -> None:
        super().__init__(data.id)
        self._refusal, self._note, self._notes = refusal, note, notes

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raise if the values are not to be read, and add file and path to errors of h5py."""
        if self._refusal:
            raise InvalidValueError(f"{self.file.filename}: {self.name}: {self._refusal}")
        if self._note and self._note not in self._notes:
            self._notes.append(self._note)
        try:
            yield
        except _READING as error:
            why = f" cannot be read ({first_line(error)})"
            if isinstance(error, MemoryError):
                why = f", of shape {self.shape}, needs more memory than is available"
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
        with self._reading():  # raises before an array of its size is allocated
            return super().__array__(dtype, copy=copy)


ObjectMapper.no_convert(NamedDataset)


class _Members(h5py.Group):
    """A group without the members that are left out."""

    def __init__(self, group: h5py.Group, reader: "HDF5Reader") -> None:
        super().__init__(group["/"].id if isinstance(group, h5py.File) else group.id)
        self._reader = reader

    def __iter__(self) -> Iterator[str]:
        names = list(super().__iter__())
        left = self._reader.left_out_of(self, names)
        yield from (name for name in names if name not in left)


class HDF5Reader(NWBHDF5IO):
    """`pynwb.NWBHDF5IO` that leaves out the objects that cannot be read, and reads the rest.

    Parameters
    ----------
    found : Probed
        Result of the probe of the file.
    load_namespaces : bool
        Whether the specifications of extensions that are stored in the file are used.
    """

    def __init__(self, found: Probed, load_namespaces: bool = True) -> None:
        self._found = found
        self.left_out: dict[str, str] = {}  # reasons by path
        self.notes = list(found.notes)
        self._void: dict[int, Any] = {}  # placeholder builders of the objects that were left out
        super().__init__(found.path, "r", load_namespaces=load_namespaces)

    def left_out_of(self, group: h5py.Group, names: list[str]) -> set[str]:
        """Return the members of a group that are left out, and store the reasons."""
        left = set()
        file, address = key_of(group)
        table = "colnames" in group.attrs
        for name in names:
            fault = self._found.skipped.get((file, address, name))
            if fault is None:
                item = group[name]
                fault = self._found.dropped.get(key_of(item)) or self._unknown_type(item)
                if fault is None and table and "neurodata_type" not in item.attrs:
                    fault = Fault(item.name, "it has no neurodata_type, which every column of a table needs")
            if fault is not None:
                self.left_out[fault.path] = fault.why
                left.add(name)
        return left

    def _unknown_type(self, item: Any) -> Fault | None:
        """Return the fault of an object whose type is not in the installed namespaces; None for a known type."""
        namespace, kind = (_text(item.attrs.get(name, "")) for name in ("namespace", "neurodata_type"))
        if not namespace or not kind:
            return None
        known = self.manager.namespace_catalog
        if namespace not in known.namespaces:
            return Fault(
                item.name,
                f"its type '{kind}' belongs to the extension '{namespace}', which is neither installed nor stored in the file; the "
                f"file itself is not damaged. Install the extension into the environment (pip install {namespace}), or ask the "
                "author of the file for it",
            )
        if kind not in known.get_namespace(namespace).get_registered_types():
            return Fault(
                item.name,
                f"its type '{kind}' is not in the installed version of '{namespace}' "
                f"({known.get_namespace(namespace).version}); install the version that wrote it",
            )
        return None

    # Overridden private methods of hdmf.backends.hdf5.HDF5IO, which read one group or one dataset.

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
        for members in (builder.groups, builder.datasets, builder.links):
            for member in [m for m, b in members.items() if id(getattr(b, "builder", b)) in self._void]:
                del members[member]
        for member in _VALUES:
            path = f"{h5obj.name.rstrip('/')}/{member}"
            if path in self.left_out and "neurodata_type" in builder.attributes:
                return self._left_out(builder, h5obj.name, f"its '{member}': {self.left_out[path]}")
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
