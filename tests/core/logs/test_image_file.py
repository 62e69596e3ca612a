"""Image sizes from headers, without decoding."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.errors import UserError
from core.logs.image_file import image_size, read_image


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("progressive", [False, True])
def test_size_is_read_from_the_header(tmp_path: Path, suffix: str, progressive: bool) -> None:
    path = tmp_path / f"a{suffix}"
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1] if progressive and suffix == ".jpg" else []
    path.write_bytes(cv2.imencode(suffix, np.zeros((31, 57, 3), np.uint8), options)[1].tobytes())
    assert image_size(path) == (57, 31)
    assert read_image(path, 57, 31).shape == (31, 57, 3)


def test_size_of_a_real_picture(real_piece: Path) -> None:
    assert image_size(real_piece / "camera" / "front_camera" / "00.jpg") == (640, 360)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff\xe0\x00", b"\xff\xd8\xff\xff\xff"])
def test_no_image_names_its_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    for read in (lambda: image_size(path), lambda: read_image(path, 1, 1)):
        with pytest.raises(UserError) as caught:
            read()
        assert caught.value.path == path


def test_a_decoded_picture_cannot_be_changed_in_the_cache(real_piece: Path) -> None:
    image = read_image(real_piece / "camera" / "front_camera" / "00.jpg", 640, 360)
    with pytest.raises(ValueError, match="read-only"):
        image[0, 0, 0] = 1


def test_every_cut_of_a_real_picture_is_noticed(tmp_path: Path, real_piece: Path) -> None:
    whole = (real_piece / "camera" / "front_camera" / "00.jpg").read_bytes()
    path = tmp_path / "cut.jpg"
    for kept in (2, 500, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        with pytest.raises(UserError) as caught:
            read_image(path, 640, 360)
        assert caught.value.path == path
