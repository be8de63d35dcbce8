"""Recorded files of several kinds: calcium imaging in NWB, and plain arrays."""

import numpy as np
from pynwb import NWBHDF5IO
from pynwb.ophys import Fluorescence, ImageSegmentation, OpticalChannel, RoiResponseSeries

from helpers.nwb import new_nwb


def save(file, path):
    with NWBHDF5IO(str(path), "w") as io:
        io.write(file)
    return path


def calcium(path, data, rate=10.0, **where):
    file = new_nwb()
    device = file.create_device("scope")
    channel = OpticalChannel("green", "green", 510.0)
    plane = file.create_imaging_plane(
        name="plane", optical_channel=channel, description="x", device=device, excitation_lambda=920.0, indicator="GCaMP",
        location="RSC", imaging_rate=rate,
    )  # fmt: skip
    ophys = file.create_processing_module("ophys", "x")
    segmentation = ImageSegmentation()
    ophys.add(segmentation)
    table = segmentation.create_plane_segmentation("rois", plane)
    table.add_column("iscell", "x")
    for k in range(data.shape[1]):
        table.add_roi(image_mask=np.ones((2, 2)), iscell=float(k != 1))
    rois = table.create_roi_table_region("all", region=list(range(data.shape[1])))
    series = RoiResponseSeries(name="dff", data=data, rois=rois, unit="dF/F", rate=rate, **where)
    ophys.add(Fluorescence(roi_response_series=series))
    return save(file, path)


ARRAYS = {
    "spikes": {"times": "spk.t", "unit": "spk.id"},
    "units": {"label": "quality"},
    "series": {"xy": {"data": "pos", "time": "pos_t", "unit": "cm"}},
    "tables": {"trials": {"start_time": "on", "stop_time": "off", "choice": "choice"}},
    "time_unit": "ms",
}


def arrays():
    time = np.arange(0, 10_000, 20.0)
    return {
        "pos": np.stack([time / 100, time / 200], axis=1), "pos_t": time, "on": np.array([1000.0, 5000.0]),
        "off": np.array([3000.0, 8000.0]), "choice": np.array(["hit", "miss"]), "quality": np.array(["good", "mua"]),
    }  # fmt: skip


SPIKES = {"t": np.array([1050.0, 1150.0, 2500.0, 6000.0]), "id": np.array([7.0, 7.0, 9.0, 9.0])}
