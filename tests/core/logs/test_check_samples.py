"""Samples that are there but cannot be read are found when somebody asks."""

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import UserError
from core.logs import open_log
from core.logs.check import MOST_NAMED, check_samples
from core.logs.image_file import check_ending


def test_whole_logs_raise_no_note(small_pandaset: Path, small_nuscenes: Path) -> None:
    assert check_samples(open_log(small_pandaset)) == ()
    assert check_samples(open_log(small_nuscenes)) == ()


def test_real_drives_are_whole(shared_data: Path) -> None:
    for name in ("pandaset_drive", "nuscenes"):
        assert check_samples(open_log(shared_data / name)) == ()


def test_cut_and_empty_images_are_named(small_pandaset: Path) -> None:
    folder = small_pandaset / "camera" / "front_camera"
    (folder / "01.jpg").write_bytes((folder / "01.jpg").read_bytes()[:-40])
    (folder / "03.jpg").write_bytes(b"")
    (note,) = check_samples(open_log(small_pandaset))
    assert note.severity == "warning"
    assert "front_camera: 2 of " in note.text
    assert "camera/front_camera/01.jpg (The image is cut short)" in note.text
    assert "camera/front_camera/03.jpg (The image is empty)" in note.text


def test_refused_and_cut_sweeps_are_named(small_pandaset: Path) -> None:
    lidar = small_pandaset / "lidar"
    (lidar / "01.pkl.gz").write_bytes(gzip.compress(b"cos\nsystem\n(Vtrue\ntR."))
    (lidar / "03.pkl.gz").write_bytes((lidar / "03.pkl.gz").read_bytes()[:-200])
    (note,) = check_samples(open_log(small_pandaset))
    assert "lidar: 2 of " in note.text
    assert "lidar/01.pkl.gz (The file was refused" in note.text
    assert "lidar/03.pkl.gz" in note.text


def test_a_cut_table_says_what_to_do(small_pandaset: Path) -> None:
    path = small_pandaset / "lidar" / "00.pkl.gz"
    path.write_bytes(path.read_bytes()[:-200])
    lidar = open_log(small_pandaset).lidar
    assert lidar is not None
    with pytest.raises(UserError) as caught:
        lidar.sweep(0)
    assert caught.value.remedy == "Copy the log again."


def test_only_the_first_files_are_named(small_nuscenes: Path) -> None:
    files = sorted((small_nuscenes / "samples" / "CAM_FRONT").iterdir())
    assert len(files) > MOST_NAMED
    for file in files:
        file.write_bytes(b"")
    (note,) = check_samples(open_log(small_nuscenes))
    assert note.text.count("CAM_FRONT/") == MOST_NAMED
    assert note.text.endswith(f"and {len(files) - MOST_NAMED} more")


@pytest.mark.parametrize("ending", [".jpg", ".png"])
@pytest.mark.parametrize("padding", [b"", bytes(512)])
def test_whole_images_may_be_padded_and_cut_ones_not(ending: str, padding: bytes, tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    content = cv2.imencode(ending, pixels)[1].tobytes()
    path = tmp_path / f"image{ending}"
    path.write_bytes(content + padding)
    check_ending(path)
    path.write_bytes(content[: len(content) // 2] + padding)
    with pytest.raises(UserError, match="cut short"):
        check_ending(path)


def test_what_is_no_image_is_told(tmp_path: Path) -> None:
    (tmp_path / "image.jpg").write_bytes(bytes(1000))
    with pytest.raises(UserError, match="neither"):
        check_ending(tmp_path / "image.jpg")
