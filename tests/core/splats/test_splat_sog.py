"""SOG of both versions, from folders and zip files, and what does not belong into them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from core.errors import UserError
from core.splats.files import read_splats

COUNT, WIDTH = 20, 8
FILES = ("means_l", "means_u", "scales", "quats", "sh0", "shN_centroids", "shN_labels")


def _webp(rgba: np.ndarray) -> bytes:
    code = cv2.COLOR_RGBA2BGRA if rgba.shape[2] == 4 else cv2.COLOR_RGB2BGR
    written, data = cv2.imencode(".webp", cv2.cvtColor(rgba, code), [cv2.IMWRITE_WEBP_QUALITY, 101])
    assert written
    return data.tobytes()


def _texture(values: np.ndarray) -> bytes:
    """Rows (n, 3 or 4) as a picture of eight pixels a row; alpha 255 where none is given."""
    rgba = np.full((-(-COUNT // WIDTH) * WIDTH, 4), 255, np.uint8)
    rgba[:COUNT, : values.shape[1]] = values
    return _webp(rgba.reshape(-1, WIDTH, 4))


class _Sog:
    """Random bytes for every picture; what they mean is worked out here once more, plainly."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        self.low, self.high, self.scales = (random.integers(0, 256, (COUNT, 3)).astype(np.uint8) for _ in range(3))
        self.quats = random.integers(90, 166, (COUNT, 4)).astype(np.uint8)
        self.quats[:, 3] = 252 + np.arange(COUNT) % 4
        # Colours under an alpha of zero are the writer's own business.
        self.sh0 = random.integers(1, 256, (COUNT, 4)).astype(np.uint8)
        self.palette = random.integers(0, 256, (2, 64 * 3, 3)).astype(np.uint8)
        self.labels = random.integers(0, 128, COUNT)
        label_rows = np.zeros((COUNT, 3), np.uint8)
        label_rows[:, 0], label_rows[:, 1] = self.labels & 255, self.labels >> 8
        self.files = {
            "means_l.webp": _texture(self.low),
            "means_u.webp": _texture(self.high),
            "scales.webp": _texture(self.scales),
            "quats.webp": _texture(self.quats),
            "sh0.webp": _texture(self.sh0),
            "shN_centroids.webp": _webp(self.palette),
            "shN_labels.webp": _texture(label_rows),
        }

    def meta(self) -> dict[str, Any]:
        codebook = np.linspace(-3, 1, 256).tolist()
        return {
            "version": 2,
            "asset": {"generator": "a test"},
            "count": COUNT,
            "means": {"mins": [-1, -2, -3], "maxs": [1, 2, 4], "files": ["means_l.webp", "means_u.webp"]},
            "scales": {"codebook": codebook, "files": ["scales.webp"]},
            "quats": {"files": ["quats.webp"]},
            "sh0": {"codebook": codebook, "files": ["sh0.webp"]},
            "shN": {
                "count": 128, "bands": 1, "codebook": codebook, "files": ["shN_centroids.webp", "shN_labels.webp"],
            },
        }  # fmt: skip

    def meta_1(self) -> dict[str, Any]:
        return {
            "means": {**self.meta()["means"], "shape": [COUNT, 3], "dtype": "float32"},
            "scales": {"mins": [-5, -5, -5], "maxs": [1, 0, -1], "files": ["scales.webp"]},
            "quats": {"files": ["quats.webp"]},
            "sh0": {"mins": [-1, -1, -1, -4], "maxs": [1, 2, 3, 4], "files": ["sh0.webp"]},
            "shN": {"mins": -3, "maxs": 1, "files": ["shN_centroids.webp", "shN_labels.webp"]},
        }

    def folder(self, path: Path, meta: dict[str, Any] | None = None) -> Path:
        path.mkdir(exist_ok=True)
        for name, data in self.files.items():
            (path / name).write_bytes(data)
        (path / "meta.json").write_text(json.dumps(self.meta() if meta is None else meta))
        return path

    def archive(self, path: Path, meta: dict[str, Any] | None = None, inside: str = "") -> Path:
        with zipfile.ZipFile(path, "w") as target:
            for name, data in self.files.items():
                target.writestr(inside + name, data)
            target.writestr(inside + "meta.json", json.dumps(self.meta() if meta is None else meta))
        return path


@pytest.fixture(scope="module")
def sog() -> _Sog:
    return _Sog()


def test_version_2(sog: _Sog, tmp_path: Path) -> None:
    cloud = read_splats(sog.folder(tmp_path / "sog"))
    fractions = (sog.low + 256.0 * sog.high) / 65535
    logarithms = np.array([-1, -2, -3]) + fractions * [2, 4, 7]
    np.testing.assert_allclose(
        cloud.means_m, np.sign(logarithms) * (np.exp(np.abs(logarithms)) - 1), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(cloud.scales_m, np.exp(-3 + 4 * (sog.scales / 255)), rtol=1e-5)
    np.testing.assert_allclose(cloud.opacities, sog.sh0[:, 3] / 255, atol=1e-6)
    np.testing.assert_allclose(cloud.colours, 0.5 + 0.28209479 * (-3 + 4 * (sog.sh0[:, :3] / 255)), atol=1e-5)
    assert cloud.degree == 1
    for splat, label in enumerate(sog.labels):
        row, column = divmod(int(label), 64)
        expected = -3 + 4 * (sog.palette[row, 3 * column : 3 * column + 3] / 255)
        np.testing.assert_allclose(cloud.harmonics[splat], expected, atol=1e-5)
    others = (sog.quats[1, :3] / 255 * 2 - 1) / 2**0.5  # of the second splat, x is the largest
    expected = np.array([others[0], np.sqrt(1 - (others**2).sum()), others[1], others[2]])
    np.testing.assert_allclose(cloud.quaternions[1], expected, atol=1e-5)


def test_version_1(sog: _Sog, tmp_path: Path) -> None:
    cloud, newer = read_splats(sog.folder(tmp_path / "a", sog.meta_1())), read_splats(sog.folder(tmp_path / "b"))
    np.testing.assert_array_equal(cloud.means_m, newer.means_m)
    np.testing.assert_array_equal(cloud.quaternions, newer.quaternions)
    np.testing.assert_allclose(cloud.scales_m, np.exp(-5 + np.array([6, 5, 4]) * (sog.scales / 255)), rtol=1e-5)
    np.testing.assert_allclose(cloud.opacities, 1 / (1 + np.exp(4 - 8 * (sog.sh0[:, 3] / 255))), rtol=1e-5)
    np.testing.assert_allclose(cloud.harmonics, newer.harmonics, atol=1e-5)


@pytest.mark.parametrize("inside", ["", "scene/"])
def test_a_zip_file_is_a_folder(sog: _Sog, tmp_path: Path, inside: str) -> None:
    zipped = read_splats(sog.archive(tmp_path / "a.sog", inside=inside))
    np.testing.assert_array_equal(zipped.means_m, read_splats(sog.folder(tmp_path / "b")).means_m)


def test_without_harmonics(sog: _Sog, tmp_path: Path) -> None:
    meta = sog.meta()
    del meta["shN"]
    assert read_splats(sog.folder(tmp_path / "sog", meta)).degree == 0


def test_splats_without_a_largest_part_are_left_out(sog: _Sog, tmp_path: Path) -> None:
    folder = sog.folder(tmp_path / "sog")
    quats = sog.quats.copy()
    quats[3, 3] = 7
    (folder / "quats.webp").write_bytes(_texture(quats))
    assert len(read_splats(folder, tell=lambda _: None)) == COUNT - 1


def _changed(sog: _Sog, *keys: str, value: Any) -> dict[str, Any]:
    meta = sog.meta()
    inner = meta
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return meta


@pytest.mark.parametrize(
    ("keys", "value", "what", "field"),
    [
        (("version",), 3, "Version 3 of SOG", "version"),
        (("count",), -1, "makes no sense", "count"),
        (("count",), "many", "makes no sense", "count"),
        (("count",), 10**9, "does not fit the number", "sh0.webp"),
        (("means", "mins"), [0, 0], "makes no sense", "means.mins.2"),
        (("means", "maxs"), [0, 0, None], "makes no sense", "means.maxs.2"),
        (("scales", "codebook"), [0.0] * 10, "makes no sense", "scales.codebook"),
        (("quats",), {}, "makes no sense", "quats.files"),
        (("means", "files"), ["means_l.webp"], "makes no sense", "means.files"),
        (("quats", "files"), ["missing.webp"], "is missing", "missing.webp"),
        (("quats", "files"), ["meta.json"], "cannot be decoded", "meta.json"),
        (("shN", "files"), ["quats.webp", "shN_labels.webp"], "odd width", "shN"),
    ],
)
def test_descriptions_that_make_no_sense(
    sog: _Sog, tmp_path: Path, keys: tuple[str, ...], value: Any, what: str, field: str
) -> None:
    meta = _changed(sog, *keys, value=value)
    for path in (sog.folder(tmp_path / "folder", meta), sog.archive(tmp_path / "a.sog", meta)):
        with pytest.raises(UserError, match=what) as caught:
            read_splats(path)
        assert caught.value.field == field


@pytest.mark.parametrize("name", ["../secret.webp", "/etc/passwd", "..\\secret.webp", "..", "", "C:secret.webp", "a/b"])
def test_names_that_lead_out_of_the_folder(sog: _Sog, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.webp").write_bytes(sog.files["quats.webp"])
    meta = _changed(sog, "quats", "files", value=[name])
    with pytest.raises(UserError, match="leads out of the folder"):
        read_splats(sog.folder(tmp_path / "sog", meta))


@pytest.mark.parametrize("name", ["../evil.webp", "/evil.webp", "a/../../evil"])
def test_zip_files_with_names_that_lead_out(sog: _Sog, tmp_path: Path, name: str) -> None:
    path = sog.archive(tmp_path / "a.sog")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"evil")
    with pytest.raises(UserError, match="names that lead out"):
        read_splats(path)


def test_zip_files_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.sog", "w") as archive:
        archive.writestr("letter.txt", "Dear reader")
    with pytest.raises(UserError, match="holds no splats"):
        read_splats(tmp_path / "a.sog")


def test_a_zip_file_that_is_cut_short(sog: _Sog, tmp_path: Path) -> None:
    path = sog.archive(tmp_path / "a.sog")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UserError, match="cannot be opened"):
        read_splats(path)


def test_broken_json(sog: _Sog, tmp_path: Path) -> None:
    folder = sog.folder(tmp_path / "sog")
    (folder / "meta.json").write_text('{"version": 2, "count": ')
    with pytest.raises(UserError, match="not valid JSON"):
        read_splats(folder)


def test_a_tiny_picture_that_unfolds_to_a_gigabyte_is_not_decoded(sog: _Sog, tmp_path: Path) -> None:
    folder = sog.folder(tmp_path / "sog")
    data = bytearray(sog.files["quats.webp"])
    assert data[12:16] == b"VP8L"
    data[21:25] = (16_382 | 16_382 << 14 | 1 << 28).to_bytes(4, "little")
    (folder / "quats.webp").write_bytes(data)
    with pytest.raises(UserError, match="16383 × 16383 pixels, which does not fit"):
        read_splats(folder)


def test_a_picture_that_is_too_small(sog: _Sog, tmp_path: Path) -> None:
    folder = sog.folder(tmp_path / "sog")
    (folder / "scales.webp").write_bytes(_webp(np.zeros((2, 8, 4), np.uint8)))
    with pytest.raises(UserError, match="8 × 2 pixels"):
        read_splats(folder)
