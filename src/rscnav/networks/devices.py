"""Choice of the device (CPU or GPU), and locks by which jobs share GPUs. The device is chosen when a job runs, by torch only."""

import fcntl
import logging
import os
import re
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import torch

from rscnav.errors import InvalidValueError

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.5  # time between two attempts to lock a GPU
SCHEDULERS = (
    "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "SGE_TASK_ID", "FLUX_JOB_ID", "OAR_JOB_ID", "_CONDOR_SLOT"
)  # fmt: skip
DRIVER = Path("/proc/driver/nvidia/version")


@dataclass(frozen=True)
class Device:
    """Device that a network runs on.

    Parameters
    ----------
    device : torch.device
    gpu : str
        Name of the GPU, for example ``NVIDIA H200``; '' for a CPU.
    key : str
        Identifier of the GPU, equal in all processes of the machine; it names the lock file.
    """

    device: torch.device
    gpu: str = ""
    key: str = ""

    @classmethod
    def of(cls, device: torch.device) -> "Device":
        """Return a device with its name."""
        return cls(device, torch.cuda.get_device_name(device) if device.type == "cuda" else "")

    @property
    def record(self) -> dict[str, str]:
        """Record that is written to files: ``device``, ``gpu``, ``cuda`` (version), ``torch`` (version)."""
        cuda = str(torch.version.cuda or "") if self.device.type == "cuda" else ""
        return {"device": self.device.type, "gpu": self.gpu, "cuda": cuda, "torch": str(torch.__version__)}

    def __str__(self) -> str:
        return describe(self.record)


CPU = Device(torch.device("cpu"))


def describe(record: dict[str, str]) -> str:
    """Return the record of a device as text, for example ``cuda (NVIDIA H200), CUDA 13.0, torch 2.13.0``."""
    gpu = f" ({record['gpu']})" if record["gpu"] else ""
    cuda = f", CUDA {record['cuda']}" if record["cuda"] else ""
    return f"{record['device']}{gpu}{cuda}, torch {record['torch']}"


def find_gpus() -> tuple[Device, ...]:
    """Return the GPUs that torch can use on this machine, in torch's order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `why_unused` states the reason in one sentence
        if not torch.cuda.is_available():
            return ()
    found = []
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        key = str(getattr(properties, "uuid", f"{properties.name}-{index}"))
        found.append(Device(torch.device("cuda", index), properties.name, key))
    return tuple(found)


def wanted_gpus(wanted: str) -> tuple[Device, ...]:
    """Return the GPUs that a job may use; with none, the job uses the CPU.

    Parameters
    ----------
    wanted : str
        Configuration key ``device``: ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    InvalidValueError
        For ``cuda`` if torch finds no GPU, and for any other value.
    """
    if wanted not in ("auto", "cpu", "cuda"):
        raise InvalidValueError(f"device: '{wanted}' is not valid; expected auto, cpu or cuda")
    gpus = () if wanted == "cpu" else find_gpus()
    if wanted == "cuda" and not gpus:
        why = f" ({reason})" if (reason := why_unused()) else ""
        raise InvalidValueError(
            f"device: 'cuda', but torch finds no CUDA GPU on this machine{why}; use device: auto or device: cpu"
        )
    if wanted == "auto" and not gpus and (reason := why_unused()):
        log.warning("device: auto runs on the CPU, although this machine has an NVIDIA GPU: %s", reason)
    return gpus


def pick_device(wanted: str) -> Device:
    """Return the device for ``auto``, ``cpu`` or ``cuda``, without a lock on it (see `device_for`, `wanted_gpus`)."""
    return next(iter(wanted_gpus(wanted)), CPU)


@contextmanager
def device_for(wanted: str | Sequence[Device], name: str) -> Iterator[Device]:
    """Reserve a device within a block: the CPU, or a GPU that no other job on this machine has reserved.

    A job waits until it can lock a GPU. The lock is on a file in the system's temporary folder; it is released when the job
    ends or is killed. A job started by a cluster's scheduler does not wait, because the scheduler assigns the GPUs: it uses a
    free one of its GPUs, or else the first.

    Parameters
    ----------
    wanted : str or sequence of Device
        Configuration key ``device``, or the result of `wanted_gpus`.
    name : str
        Name of the network or session, for the log.
    """
    gpus = wanted_gpus(wanted) if isinstance(wanted, str) else wanted
    if not gpus:
        yield CPU
        return
    gpu, lock = _take(gpus, name)
    try:
        if gpu.device.type == "cuda":
            torch.cuda.set_device(gpu.device)
        yield gpu
    finally:
        if lock is not None:
            os.close(lock)


def why_unused() -> str:
    """Return why torch cannot use this machine's NVIDIA GPU; '' without such a GPU, or if CUDA_VISIBLE_DEVICES hides it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return ""
    driver = _driver()
    if not driver:
        return ""
    built = f"built for CUDA {torch.version.cuda}" if torch.version.cuda else "built without CUDA"
    cure = "install a build of torch that fits the driver, or set device: cpu"
    return f"torch {torch.__version__} ({built}) cannot use it with the driver {driver}; {cure}"


def _driver() -> str:
    """Return the version of the NVIDIA driver, ``of unknown version``, or '' for a machine without NVIDIA GPU."""
    if DRIVER.exists():
        found = re.search(r"\b\d+\.\d+(\.\d+)?\b", DRIVER.read_text(errors="replace"))
        return found[0] if found else "of unknown version"
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    listed = _output_of([tool, "-L"])
    if "GPU" not in listed:
        return ""
    version = _output_of([tool, "--query-gpu=driver_version", "--format=csv,noheader"]).strip().splitlines()
    return version[0] if version and re.fullmatch(r"[\d.]+", version[0]) else "of unknown version"


def _output_of(command: list[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _take(gpus: Sequence[Device], name: str) -> tuple[Device, int | None]:
    """Return a GPU and the handle of its lock, once one is free; the handle is None without a lock."""
    announced = False
    while True:
        for gpu in gpus:
            try:
                lock = _locked(lock_file(gpu))
            except OSError as error:
                log.warning("%s  uses %s without a lock: %s", name, gpu.gpu, error)
                return gpu, None
            if lock is not None:
                return gpu, lock
        if any(variable in os.environ for variable in SCHEDULERS):
            return gpus[0], None
        if not announced:
            names = ", ".join(gpu.gpu for gpu in gpus)
            log.info("%s  device: cuda (%s), in use by other jobs: waiting until one ends", name, names)
            announced = True
        time.sleep(LOOK_EVERY_S)


def lock_file(gpu: Device) -> Path:
    """Return the lock file of a GPU; a lock on it means that the GPU is in use."""
    key = re.sub(r"[^A-Za-z0-9-]+", "_", gpu.key)
    return Path(tempfile.gettempdir()) / f"rscnav-gpu-{key}.lock"


def _locked(path: Path) -> int | None:
    """Lock a file and return its handle; None if another process holds the lock. A missing file is created."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # the folder is shared: the file may belong to another user
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        handle = os.open(path, flags | os.O_CREAT, 0o666)
        with suppress(OSError):  # independent of the umask; the file may belong to another user
            os.fchmod(handle, 0o666)
    return flocked(handle)


def flocked(handle: int) -> int | None:
    """Lock an open file and return its handle; if another process holds the lock, close the file and return None."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle
