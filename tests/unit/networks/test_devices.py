"""Which device is used: torch alone decides, and jobs queue for the GPUs, each by a lock that a killed job sets free."""

import logging
import multiprocessing
import os
import signal
import time

import pytest
import torch

from rscnav.networks import devices
from rscnav.networks.devices import (
    Device,
    describe,
    device_for,
    find_gpus,
    lock_file,
    pick_device,
    wanted_gpus,
    why_unused,
)

CPU = torch.device("cpu")  # a fake GPU is a CPU under another name


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No scheduler, locks in a folder of the test's own, no real GPU or driver."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(devices, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(devices, "DRIVER", tmp_path / "version")
    monkeypatch.setattr(devices.shutil, "which", lambda name: None)
    for variable in (*devices.SCHEDULERS, "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(variable, raising=False)


def fake(monkeypatch, n):
    found = tuple(Device(CPU, f"Fake {k}", f"GPU-{k}") for k in range(n))
    monkeypatch.setattr(devices, "find_gpus", lambda: found)
    return found


def test_devices(monkeypatch):
    assert pick_device("cpu").record == {"device": "cpu", "gpu": "", "cuda": "", "torch": torch.__version__}
    fake(monkeypatch, 0)
    assert pick_device("auto").gpu == ""
    fake(monkeypatch, 2)
    assert pick_device("auto").gpu == pick_device("cuda").gpu == "Fake 0"
    assert pick_device("cpu").gpu == ""
    with pytest.raises(ValueError, match="device: 'gpu' is not valid; expected auto, cpu or cuda"):
        pick_device("gpu")


def test_cuda_where_there_is_none(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert find_gpus() == ()
    with pytest.raises(ValueError, match="device: 'cuda', but torch finds no CUDA GPU"):
        pick_device("cuda")


def test_a_device_in_words():
    record = {"device": "cuda", "gpu": "NVIDIA H200", "cuda": "13.0", "torch": "2.13.0"}
    assert describe(record) == "cuda (NVIDIA H200), CUDA 13.0, torch 2.13.0"


@pytest.mark.parametrize("seen", ["driver", "nvidia-smi"])
def test_a_gpu_that_torch_cannot_use_is_named(monkeypatch, tmp_path, caplog, seen):
    fake(monkeypatch, 0)
    assert why_unused() == ""
    assert wanted_gpus("auto") == ()
    assert not caplog.messages
    if seen == "driver":
        (tmp_path / "version").write_text(
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27 2021\n"
        )
    else:
        monkeypatch.setattr(devices.shutil, "which", lambda name: name)
        monkeypatch.setattr(
            devices, "_output_of", lambda c: "GPU 0: Tesla (UUID: x)" if c[1] == "-L" else "470.82.01\n"
        )
    assert wanted_gpus("auto") == ()
    assert f"torch {torch.__version__} (built" in caplog.text
    assert "cannot use it with the driver 470.82.01" in caplog.text
    with pytest.raises(ValueError, match=r"finds no CUDA GPU on this machine \(torch .*470\.82\.01"):
        wanted_gpus("cuda")
    caplog.clear()
    assert wanted_gpus("cpu") == ()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # hidden on purpose
    assert wanted_gpus("auto") == ()
    assert not caplog.messages


def hold(gpus, started, ends):
    with device_for(gpus, "other") as device:
        started.put(device.gpu)
        ends.wait(30)


def holder(gpus):
    """Start a process that holds one of some GPUs; returns it, its GPU, and what ends it."""
    context = multiprocessing.get_context("fork")
    started, ends = context.Queue(), context.Event()
    process = context.Process(target=hold, args=(gpus, started, ends), daemon=True)
    process.start()
    return process, started.get(timeout=30), ends


def test_jobs_take_one_gpu_each(monkeypatch):
    gpus = fake(monkeypatch, 2)
    process, first, ends = holder(gpus)
    assert first == "Fake 0"
    with device_for("auto", "mine") as device:
        assert device.gpu == "Fake 1"
    ends.set()
    process.join(30)
    with device_for("auto", "mine") as device:
        assert device.gpu == "Fake 0"


@pytest.mark.parametrize("how", ["ends", "is killed"])
def test_a_job_waits_for_the_only_gpu(monkeypatch, caplog, how):
    gpus = fake(monkeypatch, 1)
    process, _, ends = holder(gpus)
    began = time.monotonic()
    signal.signal(signal.SIGALRM, lambda *_: ends.set() if how == "ends" else os.kill(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    with caplog.at_level(logging.INFO), device_for("auto", "mine") as device:
        assert time.monotonic() - began >= 0.25
        assert device.gpu == "Fake 0"
    process.join(30)
    assert [m for m in caplog.messages if "waiting" in m] == [
        "mine  device: cuda (Fake 0), in use by other jobs: waiting until one ends"
    ]


def test_a_cluster_s_scheduler_shares_out_the_gpus(monkeypatch):
    gpus = fake(monkeypatch, 1)
    process, _, ends = holder(gpus)
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    with device_for("auto", "mine") as device:
        assert device.gpu == "Fake 0"
    ends.set()
    process.join(30)


def test_a_lock_that_cannot_be_had_is_said_and_does_without(monkeypatch, caplog):
    (gpu,) = fake(monkeypatch, 1)
    lock_file(gpu).symlink_to("/nowhere/else")
    with device_for("auto", "mine") as device:
        assert device.gpu == "Fake 0"
    assert "mine  uses Fake 0 without a lock" in caplog.text
