"""SPZ of all versions, its axes, and files that promise too much."""

import gzip
import struct
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from splat_clouds import covariances, some_cloud

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files import read_splats, write_splats

LEGACY = struct.Struct("<4sIIBBBB")
ADOBE_AXES = 0xADBE0003


def _read(folder: Path, data: bytes) -> GaussianCloud:
    (folder / "cloud.spz").write_bytes(data)
    return read_splats(folder / "cloud.spz")


def _one(version: int, positions: bytes, rotations: bytes, *, flags: int = 0, tail: bytes = b"") -> bytes:
    """One splat without harmonics, not compressed: opaque red, scales 1, 1 and e."""
    header = LEGACY.pack(b"NGSP", version, 1, 0, 4, flags, 0)
    return header + positions + b"\xff" + bytes([166, 89, 89]) + bytes([160, 160, 176]) + rotations + tail


def _fixed(*values: float) -> bytes:
    return b"".join(round(16 * value).to_bytes(3, "little", signed=True) for value in values)


UPRIGHT = (3 << 30).to_bytes(4, "little")
"""Only w, the fourth of xyzw."""


def _parts(path: Path, cloud: GaussianCloud) -> tuple[tuple[int, ...], bytes]:
    """Header fields and body of a cloud written as version 3."""
    write_splats(cloud, path)
    data = gzip.decompress(path.read_bytes())
    return LEGACY.unpack_from(data)[1:], data[LEGACY.size :]


def _packed(fields: tuple[int, ...], body: bytes) -> bytes:
    return gzip.compress(LEGACY.pack(b"NGSP", *fields) + body)


class TestVersions:
    @pytest.mark.parametrize("wrap", [bytes, gzip.compress])
    def test_version_1_has_half_precision_positions(self, tmp_path: Path, wrap: type[bytes]) -> None:
        data = _one(1, np.array([1.5, -2.0, 3.25], "<f2").tobytes(), bytes([128, 128, 128]))
        cloud = _read(tmp_path, wrap(data))
        np.testing.assert_allclose(cloud.means_m, [[1.5, 2.0, -3.25]])

    @pytest.mark.parametrize("wrap", [bytes, gzip.compress])
    def test_version_2_has_three_bytes_of_rotation(self, tmp_path: Path, wrap: type[bytes]) -> None:
        # A quarter turn about z swaps the first two axes of scales 1, 1, e; about y it would not.
        half = round((0.5**0.5 + 1) * 127.5)
        data = _one(2, _fixed(1.5, -2, 3.25), bytes([half, 128, 128]))
        cloud = _read(tmp_path, wrap(data))
        np.testing.assert_allclose(cloud.means_m, [[1.5, 2.0, -3.25]])
        np.testing.assert_allclose(covariances(cloud)[0], np.diag([1, np.e**2, 1]), atol=0.15)

    def test_values_of_one_splat(self, tmp_path: Path) -> None:
        cloud = _read(tmp_path, _one(3, _fixed(-1000, 0, 0.0625), UPRIGHT))
        np.testing.assert_allclose(cloud.means_m, [[-1000, 0, -0.0625]], atol=1e-6)
        np.testing.assert_allclose(cloud.scales_m, [[1, 1, np.e]], rtol=1e-6)
        np.testing.assert_allclose(covariances(cloud)[0], np.diag([1, 1, np.e**2]), atol=1e-5)
        assert cloud.opacities.tolist() == [1]
        np.testing.assert_allclose(cloud.colours, [[0.78, 0.22, 0.22]], atol=0.005)

    def test_degree_4_is_written_as_version_4(self, tmp_path: Path) -> None:
        cloud = some_cloud(30, degree=4)
        write_splats(cloud, tmp_path / "a.spz")
        assert (tmp_path / "a.spz").read_bytes()[:8] == b"NGSP\x04\x00\x00\x00"
        np.testing.assert_allclose(read_splats(tmp_path / "a.spz").harmonics, cloud.harmonics, atol=0.005)

    @pytest.mark.parametrize("version", [0, 5, 1 << 31])
    @pytest.mark.parametrize("wrap", [bytes, gzip.compress])
    def test_unknown_versions_are_refused_with_a_way_out(self, tmp_path: Path, version: int, wrap: type[bytes]) -> None:
        with pytest.raises(UserError, match=rf"Version {version} of SPZ is unknown.*as PLY") as caught:
            _read(tmp_path, wrap(_one(version, _fixed(0, 0, 0), UPRIGHT) + bytes(32)))
        assert caught.value.field == "version"

    def test_a_degree_that_does_not_exist(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="degree 7"):
            _read(tmp_path, LEGACY.pack(b"NGSP", 3, 1, 7, 4, 0, 0) + bytes(500))


class TestAxesInTheFile:
    def _with_axes(self, number: int, before: bytes = b"") -> bytes:
        record = before + struct.pack("<III", ADOBE_AXES, 4, number)
        return gzip.compress(_one(3, _fixed(1, 2, 3), UPRIGHT, flags=2, tail=record))

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            (0, [1, -2, -3]),  # unspecified
            (4, [1, -2, -3]),  # right up back
            (6, [1, 2, 3]),  # right down front
            (7, [-1, -2, 3]),  # left up front
            (12, [1, -3, 2]),  # right front up
        ],
    )
    def test_an_extension_names_the_axes(self, tmp_path: Path, number: int, expected: list[float]) -> None:
        np.testing.assert_allclose(_read(tmp_path, self._with_axes(number)).means_m, [expected])

    def test_other_extensions_are_passed_over(self, tmp_path: Path) -> None:
        other = struct.pack("<IIfff", 0xADBE0002, 12, 0, 1, 2)
        np.testing.assert_allclose(_read(tmp_path, self._with_axes(6, other)).means_m, [[1, 2, 3]])

    def test_in_version_4_extensions_stand_in_the_open(self, tmp_path: Path) -> None:
        cloud = some_cloud(30, degree=4)
        write_splats(cloud, tmp_path / "a.spz", file_axes="luf")
        data = (tmp_path / "a.spz").read_bytes()
        record = struct.pack("<III", ADOBE_AXES, 4, 7)
        changed = bytearray(data[:32] + record + data[32:])
        changed[14] |= 2
        changed[16:20] = struct.pack("<I", 32 + len(record))
        np.testing.assert_allclose(_read(tmp_path, bytes(changed)).means_m, cloud.means_m, atol=1e-4)

    def test_axes_that_nobody_knows(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="unknown axes"):
            _read(tmp_path, self._with_axes(17))

    def test_the_caller_has_the_last_word(self, tmp_path: Path) -> None:
        (tmp_path / "a.spz").write_bytes(self._with_axes(7))
        np.testing.assert_allclose(read_splats(tmp_path / "a.spz", file_axes="rdf").means_m, [[1, 2, 3]])


@contextmanager
def _little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 1e7
    finally:
        tracemalloc.stop()


class TestPromises:
    @pytest.mark.parametrize("wrap", [bytes, gzip.compress])
    @pytest.mark.parametrize("version", [2, 3, 4])
    def test_a_billion_splats(self, tmp_path: Path, wrap: type[bytes], version: int) -> None:
        data = LEGACY.pack(b"NGSP", version, 10**9, 3, 12, 0, 6) + struct.pack("<I12x", 32) + bytes(200)
        with _little_memory(), pytest.raises(UserError, match="promises 1000000000 splats") as caught:
            _read(tmp_path, wrap(data))
        assert caught.value.field == "numPoints"

    def test_more_than_gzip_could_hold(self, tmp_path: Path) -> None:
        data = gzip.compress(LEGACY.pack(b"NGSP", 3, 2_000_000, 0, 12, 0, 0) + bytes(10))
        with _little_memory(), pytest.raises(UserError, match="promises 2000000 splats"):
            _read(tmp_path, data)

    def test_a_bomb_behind_the_splats_is_not_unfolded(self, tmp_path: Path) -> None:
        data = gzip.compress(_one(3, _fixed(1, 2, 3), UPRIGHT) + bytes(50_000_000), 1)
        with _little_memory():
            assert len(_read(tmp_path, data)) == 1

    def test_a_stream_that_says_it_is_huge(self, tmp_path: Path) -> None:
        import zstandard

        write_splats(some_cloud(30, degree=4), tmp_path / "a.spz")
        data = (tmp_path / "a.spz").read_bytes()
        packed, unpacked = struct.unpack_from("<QQ", data, 32)
        bomb = zstandard.ZstdCompressor().compress(bytes(50_000_000))
        data = data[:32] + struct.pack("<QQ", len(bomb), unpacked) + data[48:128] + bomb + data[128 + packed :]
        with _little_memory(), pytest.raises(UserError, match="not as long as announced"):
            _read(tmp_path, data)


class TestDamage:
    def test_a_body_that_is_cut_short(self, tmp_path: Path) -> None:
        fields, body = _parts(tmp_path / "a.spz", some_cloud(50, degree=1))
        with pytest.raises(UserError, match="promises 50 splats of 29 bytes"):
            _read(tmp_path, _packed(fields, body[:-3]))

    def test_gzip_that_is_cut_short(self, tmp_path: Path) -> None:
        write_splats(some_cloud(50, degree=1), tmp_path / "a.spz")
        with pytest.raises(UserError, match="promises 50 splats"):
            _read(tmp_path, (tmp_path / "a.spz").read_bytes()[:-200])

    def test_gzip_of_something_else(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="not an SPZ file"):
            _read(tmp_path, gzip.compress(b"The quick brown fox jumps"))

    def test_bytes_that_are_no_gzip(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="cannot be unpacked"):
            _read(tmp_path, b"\x1f\x8b" + bytes(range(100)))

    @pytest.mark.parametrize(
        ("place", "value", "what"),
        [
            (16, struct.pack("<I", 1 << 30), "table of streams"),
            (16, struct.pack("<I", 4), "table of streams"),
            (32, struct.pack("<Q", 1 << 40), "end of the file"),
            (40, struct.pack("<Q", 1 << 40), "streams have"),
            (15, b"\x02", "streams have"),
            (15, b"\x09", "streams have|table of streams"),
            (130, b"\xff\xff\xff\xff", "unpacked|announced"),
        ],
    )
    def test_a_table_that_points_anywhere(self, tmp_path: Path, place: int, value: bytes, what: str) -> None:
        write_splats(some_cloud(50, degree=4), tmp_path / "a.spz")
        data = bytearray((tmp_path / "a.spz").read_bytes())
        data[place : place + len(value)] = value
        with pytest.raises(UserError, match=what):
            _read(tmp_path, bytes(data))
