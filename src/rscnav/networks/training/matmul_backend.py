"""Which library multiplies matrices on a CPU."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

import torch

ONEDNN = torch.backends.mkldnn.matmul  # type: ignore[attr-defined]


@contextmanager
def onednn_matmul() -> Iterator[None]:
    """Let oneDNN multiply float32 matrices within this block, where it does so exactly.

    torch's first choice, MKL, leaves half of the speed of AMD's processors unused: products of a GRU's step took 130 µs there
    and 65 µs by oneDNN, with the same bits. torch offers oneDNN for float32 only under the name of a lower precision, which
    processors without bfloat16 tiles do not use; so the result is tried once, and where it is rounded nothing changes.
    """
    with _offered() if _exact() else nullcontext():
        yield


@contextmanager
def _offered() -> Iterator[None]:
    """Choose oneDNN by that name within this block."""
    before = ONEDNN.fp32_precision
    ONEDNN.fp32_precision = "bf16"
    try:
        yield
    finally:
        ONEDNN.fp32_precision = before


@cache
def _exact() -> bool:
    """Try whether products under that name are float32's in full."""
    if not torch.backends.mkldnn.is_available():
        return False
    generator = torch.Generator().manual_seed(0)
    one, two = (torch.randn(64, 64, generator=generator) for _ in range(2))
    with _offered():
        error = (one @ two - one.double() @ two.double()).abs().max()
    return bool(error < 1e-4)
