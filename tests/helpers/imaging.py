"""Small NWB files with imaging planes whose content is given in plain arrays."""

from typing import Any

import numpy as np
from pynwb import NWBFile
from pynwb.ophys import ImageSegmentation, OpticalChannel, RoiResponseSeries


def add_planes(file: NWBFile, planes: dict[str, dict[str, Any]], iscell: Any = None, n_rois: int | None = None) -> None:
    """Add a RoiResponseSeries a plane, each with its table of ROIs; a plane is the arguments of its series.

    `iscell` is a column of all tables, (roi, ...); `n_rois` is how many a series refers to, as many as it has columns by default.
    """
    device = file.create_device(name="scope")
    channel = OpticalChannel(name="green", description="green", emission_lambda=510.0)
    module = file.create_processing_module("ophys", "imaged")
    masks = ImageSegmentation()
    module.add(masks)
    for name, arguments in planes.items():
        plane = file.create_imaging_plane(
            name=f"{name}_plane",
            optical_channel=channel,
            description="one",
            device=device,
            excitation_lambda=920.0,
            indicator="G",
            location="RSC",
        )
        table = masks.create_plane_segmentation(name=f"{name}_rois", description="all", imaging_plane=plane)
        if iscell is not None:
            table.add_column("iscell", "is it a cell")
        count = np.shape(arguments["data"])[1] if n_rois is None else n_rois
        for row in range(count):
            table.add_roi(pixel_mask=[(row, row, 1.0)], **({} if iscell is None else {"iscell": iscell[row]}))
        region = table.create_roi_table_region(region=list(range(count)), description="all")
        module.add(RoiResponseSeries(name=name, rois=region, **{"unit": "a.u.", **arguments}))
