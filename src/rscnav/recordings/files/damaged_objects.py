"""Read an NWB file although objects in it are damaged: they are left out by name, and what is sound is read.

pynwb refuses a whole file for one object that can't be made, such as a series without times. Here that object is taken out of what
was read of the file (the file itself stays as it is), and the rest is tried again. What holds or links to it goes with it where it
can't do without; where that is the file itself, the file is refused.
"""

from typing import Any

from rscnav.recordings.files.uneven_tables import tolerant_tables

_FAULTS, _NOTES = "rscnav_faults", "rscnav_notes"
_MOST = 100  # objects that may be damaged


def read_tolerantly(io: Any) -> Any:
    """Read a file, without the objects that can't be made.

    Parameters
    ----------
    io : pynwb.NWBHDF5IO or hdmf_zarr.NWBZarrIO

    Returns
    -------
    pynwb.NWBFile

    Raises
    ------
    Exception
        Whatever pynwb, hdmf, h5py or zarr raise where the file itself can't be made.
    """
    from hdmf.build import ConstructError

    faults: dict[str, str] = {}
    gone: list[Any] = []
    with tolerant_tables():
        while True:
            try:
                file = io.read()
                break
            except ConstructError as error:
                builder, why = error.args[0], str(error.args[-1])
                owners = _owners(io.read_builder(), builder) if any(builder is one for one in gone) else [builder]
                if not owners or len(gone) >= _MOST or any(owner.parent is None for owner in owners):
                    raise
                for owner in owners:
                    faults[owner.path.removeprefix("root/")] = _short(why)
                    _take_out(owner)
                gone += owners
    setattr(file, _FAULTS, {path.strip("/"): why for path, why in getattr(io, "left_out", {}).items()} | faults)
    add_notes(file, getattr(io, "notes", []))
    return file


def add_notes(file: Any, notes: list[str]) -> None:
    """Have `damage_notes` return what stands in a list, also what is added to it later."""
    setattr(file, _NOTES, notes)


def damaged_objects(file: Any) -> dict[str, str]:
    """Return the paths of the objects that were left out when a file was opened, and why."""
    return dict(getattr(file, _FAULTS, {}))


def damage_notes(file: Any) -> list[str]:
    """Return a note for each object that was left out when a file was opened, and what else is to be said of how it was read."""
    left = [f"'{path}' can't be read and was left out ({why})" for path, why in damaged_objects(file).items()]
    return [*left, *getattr(file, _NOTES, [])]


def _take_out(builder: Any) -> None:
    """Take what was read of an object out of the group that holds it."""
    for held in (builder.parent.groups, builder.parent.datasets, builder.parent.links):
        if held.get(builder.name) is builder:
            del held[builder.name]


def _owners(root: Any, gone: Any) -> list[Any]:
    """Return the links to an object that was taken out, and the objects with an attribute that refers to it."""
    found, stack = [], [root]
    while stack:
        group = stack.pop()
        for held in [*group.groups.values(), *group.datasets.values()]:
            if any(getattr(value, "builder", value) is gone for value in held.attributes.values()):
                found.append(held)
        found += [link for link in group.links.values() if link.builder is gone]
        stack += list(group.groups.values())
    return found


def _short(why: str) -> str:
    """Shorten hdmf's reason to what it says itself."""
    return " ".join(why.rpartition("due to: ")[2].split())[:160]
