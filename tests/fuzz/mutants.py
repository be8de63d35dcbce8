"""Damage to files and configurations, drawn at random: each function takes a generator and says in a word what it did."""

import copy
import math
import os
import random
from pathlib import Path
from typing import Any

import h5py
import numpy as np


def damaged_bytes(rng: random.Random, data: bytes) -> tuple[str, bytes]:
    """Flip bits, cut off, blank, overwrite, repeat, put in or take out bytes."""
    new, n = bytearray(data), max(len(data), 1)
    how = rng.choice(["bits", "bits", "bits", "header", "cut", "blank", "noise", "twice", "more", "less"])
    at = rng.randrange(n)
    if how in ("bits", "header"):
        for _ in range(rng.choice([1, 1, 2, 16])):
            new[rng.randrange(n if how == "bits" else min(n, 2048))] ^= 1 << rng.randrange(8)
    elif how == "cut":
        del new[rng.choice([0, 7, 64, n // 3, n - 1, n - 16, n - 300, at]) :]
    elif how in ("blank", "noise"):
        length = min(rng.choice([1, 32, 512, 4096]), n - at)
        new[at : at + length] = bytes(length) if how == "blank" else rng.randbytes(length)
    elif how == "twice":
        new[at:at] = new[at : at + rng.choice([16, 2048])]
    elif how == "more":
        new[at:at] = rng.randbytes(rng.choice([1, 9]))
    else:
        del new[at : at + rng.choice([1, 4, 1024])]
    return f"bytes: {how}", bytes(new)


def damaged_structure(rng: random.Random, path: Path) -> str:
    """Take away, rename, retype, resize, relink or overwrite something in an HDF5 file, as a program with h5py could."""
    with h5py.File(path, "r+") as file:
        names: list[str] = []
        file.visit(names.append)
        if not names:
            return "structure: none"
        name = rng.choice(names)
        item = file[name]
        how = rng.choice(
            [
                "take away",
                "rename",
                "text",
                "scalar",
                "wider",
                "shorter",
                "huge",
                "NaN",
                "loop",
                "dangling",
                "outside",
                "attribute",
                "storage",
            ]
        )
        if how == "take away":
            del file[name]
        elif how == "rename":
            file.move(name, f"{name}_")
        elif how == "loop":
            del file[name]
            file[name] = file[name.rpartition("/")[0] or "/"]
        elif how == "dangling":
            del file[name]
            file[name] = h5py.SoftLink("/not/there")
        elif how == "outside":
            del file[name]
            file[name] = h5py.ExternalLink("/etc/hostname", "/x")
        elif how == "attribute" and len(item.attrs):
            key = rng.choice(list(item.attrs))
            value = rng.choice([None, 1, "other", b"\xff\xfe", [1.0, 2.0], -1, 2**40])
            del item.attrs[key]
            if value is not None:
                item.attrs[key] = value
        elif isinstance(item, h5py.Dataset):
            _other_data(rng, file, name, how)
        else:
            how = "nothing"
    return f"structure: {how}"


def _other_data(rng: random.Random, file: h5py.File, name: str, how: str) -> None:
    old = file[name]
    attributes, values = dict(old.attrs), np.asarray(old[()])
    numbers = values.dtype.kind in "iuf"
    if how == "NaN" and values.dtype.kind == "f" and values.size:
        values = values.copy()
        values.reshape(-1)[rng.randrange(values.size)] = np.nan
    elif how == "shorter" and values.ndim and len(values) > 1:
        values = values[:-1]
    elif how == "wider" and numbers:
        values = np.stack([values, values], axis=-1)
    elif how == "scalar":
        values = np.asarray(0.0)
    elif how == "text":
        values = np.asarray(["x"] * max(1, len(values) if values.ndim else 1), "S3")
    del file[name]
    if how == "huge" and numbers:
        new = file.create_dataset(name, (10**12, *values.shape[1:]), values.dtype, chunks=True)
    elif how == "storage" and numbers and values.ndim:
        fifo = f"{file.filename}.fifo"
        if rng.random() < 0.5:
            if not os.path.exists(fifo):
                os.mkfifo(fifo)
            new = file.create_dataset(name, values.shape, values.dtype, external=[(fifo, 0, h5py.h5f.UNLIMITED)])
        else:
            new = file.create_dataset(name, values.shape, values.dtype, external=[("/etc/passwd", 0, values.nbytes)])
    else:
        new = file.create_dataset(name, data=values.astype("S") if values.dtype.kind == "U" else values)
    for key, value in attributes.items():
        new.attrs[key] = value


STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -3, 2, 10**7, 2**63, 10**300, -(10**25), 0.0, 1e-310, 1e307, -1e307, math.nan, math.inf, -math.inf, "", "  ", "\n",
    "1e-3", "7", "0o17", "null", "nan", "no", "Ünïc", "名前", "a/b", "../up", "..", ".", "--flag", "a b", "a;b", "$(touch gone)", "`id`", "'", '"', "\\",
    "a\x00b", "\u202e", "x" * 400, "y" * 200_000, "{results_dir}", "{stem}", "{0}", "{wildcards.session}", "%d", [], {}, [None], [[]], [{}], {"a": 1},
    {1: 2}, {None: None}, {"": ""}, [1, 2, 3], ["a", "a"], [1.5, "x"], [[1, 2], [3, 4]], {"name": "x"}, [{"name": "x"}], "/etc/passwd", "/dev/zero",
    "*.nwb", "**", "results/*", "[", "http://a/b.nwb", list(range(2000)),
)  # fmt: skip


def mutated(rng: random.Random, values: dict[str, Any]) -> list[str]:
    """Change one to five things of a configuration in place; gives what was changed."""
    said = []
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        places = list(_places(values, values, ""))
        holder, key, path = rng.choice(places)
        how = rng.choice(
            ["value"] * 6
            + ["key"] * 3
            + ["gone", "wrapped", "new", "new", "again", "number", "number", "deep", "as text"]
        )
        if how == "key" and isinstance(holder, dict):
            text = str(key)
            new = rng.choice(
                [
                    text[:-1],
                    text + "s",
                    text.upper(),
                    text.replace("_", "-"),
                    " " + text,
                    text[::-1],
                    5,
                    None,
                    True,
                    "",
                    text * 40,
                ]
            )
            holder[new] = holder.pop(key)
        elif how == "gone":
            del holder[key]
        elif how == "wrapped":
            holder[key] = rng.choice([[holder[key]], {"a": holder[key]}, [holder[key], copy.deepcopy(holder[key])]])
        elif how == "new" and isinstance(holder, dict):
            holder[f"{key}_{rng.randrange(9)}"] = copy.deepcopy(rng.choice(STRANGE))
        elif how == "again" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif how == "number":
            holder[key] = rng.choice([-1, 0, 1, 1e9, 10**9, -1e9, 1e-9, 3, 7.5])
        elif how == "deep":
            value: Any = 1
            for _ in range(rng.choice([12, 120, 800])):
                value = [value] if rng.random() < 0.5 else {"a": value}
            holder[key] = value
        elif how == "as text":
            holder[key] = str(holder[key])
        else:
            how, holder[key] = "value", copy.deepcopy(rng.choice(STRANGE))
        said.append(f"{how} of {path}")
    return said


def _places(top: Any, values: Any, path: str, depth: int = 0) -> Any:
    """Give each place of a configuration: holder, key, path in words."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in list(items)[:60]:
        here = f"{path}.{key}"[-100:]
        yield values, key, here
        if depth < 12:
            yield from _places(top, value, here, depth + 1)
