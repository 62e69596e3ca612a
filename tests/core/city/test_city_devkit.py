"""Written cities in the official nuScenes devkit, which wants an older numpy: it runs in an environment of its own.

`DRIFTLESS_DEVKIT_PYTHON` names the Python of an environment with nuscenes-devkit 1.2; skipped without.
"""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = """
import sys
import matplotlib
matplotlib.use("Agg")
from nuscenes.nuscenes import NuScenes
from nuscenes.utils.data_classes import LidarPointCloud
from nuscenes.utils.geometry_utils import BoxVisibility, points_in_box

root, out = sys.argv[1:]
nusc = NuScenes(version="v1.0-mini", dataroot=root, verbose=False)
counted = 0
for sample in nusc.sample:
    path, boxes, _ = nusc.get_sample_data(sample["data"]["LIDAR_TOP"])
    points = LidarPointCloud.from_file(path).points[:3]
    for box in boxes:
        told = nusc.get("sample_annotation", box.token)["num_lidar_pts"]
        found = int(points_in_box(box, points).sum())
        assert abs(found - told) <= max(1, 0.01 * told), (box.name, found, told)
        counted += found
    for channel, token in sample["data"].items():
        if channel.startswith("CAM"):
            nusc.get_sample_data(token, box_vis_level=BoxVisibility.ANY)
            nusc.render_sample_data(token, out_path=f"{out}/{channel}.png", verbose=False)
assert counted > 0
first = nusc.sample[0]
nusc.render_pointcloud_in_image(first["token"], camera_channel="CAM_FRONT", out_path=f"{out}/points.png", verbose=False)
nusc.render_egoposes_on_map(log_location=nusc.log[0]["location"], out_path=f"{out}/map.png")
"""


def test_the_devkit_loads_and_draws_a_city(small_log: Path, tmp_path: Path) -> None:
    python = os.environ.get("DRIFTLESS_DEVKIT_PYTHON")
    if python is None:
        pytest.skip("DRIFTLESS_DEVKIT_PYTHON does not name a Python with nuscenes-devkit")
    done = subprocess.run([python, "-c", SCRIPT, small_log, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "CAM_FRONT.png").is_file() and (tmp_path / "map.png").is_file()
