"""Splat files as a whole: real ones, round trips, axes, converting."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from splat_clouds import covariances, some_cloud

from core.errors import UserError
from core.geometry import Pose
from core.splats.cloud import GaussianCloud
from core.splats.files import convert_splats, read_splats, turned, write_splats
from core.splats.harmonics import harmonic_colours

SUFFIXES = (".ply", ".compressed.ply", ".splat", ".spz", ".glb", ".gltf")
TURN = Pose.from_quaternion([0.3, -0.5, 0.7, 0.2], np.zeros(3))


@pytest.fixture
def splats(shared_data: Path) -> Path:
    return shared_data / "splats"


def _assert_same(found: GaussianCloud, expected: GaussianCloud, *, place_m: float, size: float, shade: float) -> None:
    """Same splats in the same order: places within `place_m`, the rest within shares of what they can be."""
    assert len(found) == len(expected)
    np.testing.assert_allclose(found.means_m, expected.means_m, atol=place_m)
    np.testing.assert_allclose(np.sort(found.scales_m), np.sort(expected.scales_m), rtol=size)
    largest = expected.scales_m.max(1)[:, None, None] ** 2
    np.testing.assert_allclose(covariances(found) / largest, covariances(expected) / largest, atol=3 * size)
    np.testing.assert_allclose(found.opacities, expected.opacities, atol=shade)
    np.testing.assert_allclose(found.colours, expected.colours, atol=shade)


class TestRealFiles:
    def test_the_same_three_splats_from_three_formats(self, splats: Path) -> None:
        ply, spz, splat = (
            read_splats(splats / f"test-splat.3-points-from-train.{suffix}") for suffix in ("ply", "spz", "splat")
        )
        np.testing.assert_allclose(ply.means_m[0], [2.0079, 0.0810, 1.3285], atol=1e-4)
        np.testing.assert_allclose(ply.opacities, [0.7005, 0.0388, 0.1378], atol=1e-4)
        _assert_same(spz, ply, place_m=3e-4, size=0.035, shade=5e-3)
        _assert_same(splat, ply, place_m=0, size=0.012, shade=5e-3)
        assert (ply.degree, spz.degree, splat.degree) == (3, 3, 0)
        # The writer left four bits to the higher bands: half a step is a sixteenth.
        np.testing.assert_allclose(spz.harmonics, ply.harmonics, atol=1 / 16 + 1 / 128)
        assert np.corrcoef(spz.harmonics.ravel(), ply.harmonics.ravel())[0, 1] > 0.6

    def test_a_minimal_splat_file(self, splats: Path) -> None:
        cloud = read_splats(splats / "minimal.splat")
        assert cloud.means_m.tolist() == [[-1, 0, -1], [0, 0, -1], [-1, 0, 0], [0, 0, 0]]
        np.testing.assert_allclose(cloud.scales_m, 0.1)

    def test_a_capture_with_an_extra_property(self, splats: Path) -> None:
        cloud = read_splats(splats / "fruit_drops_minimal.ply")
        assert (len(cloud), cloud.degree) == (4721, 3)
        np.testing.assert_allclose(np.linalg.norm(cloud.quaternions, axis=1), 1, atol=1e-5)

    def test_a_person_in_spz_version_4_stands_upright(self, splats: Path) -> None:
        cloud = read_splats(splats / "biker.spz")
        assert (len(cloud), cloud.degree) == (152_746, 0)
        low, high = read_splats(splats / "biker.spz", axes="zup").bounds(99.8)
        assert 1.0 < high[2] / 3 < 1.2
        assert abs(low[2]) < 0.1

    def test_one_level_of_a_sog_capture_lies_in_the_bounds_that_its_list_gives(self, splats: Path) -> None:
        cloud = read_splats(splats / "playbot_sog_3_0")
        assert (len(cloud), cloud.degree) == (31_000, 2)
        low, high = cloud.bounds(100)
        assert (low > [-1.04, -1.09, -1.04]).all()
        assert (high < [1.04, 0.06, 1.05]).all()
        again = read_splats(splats / "playbot_sog_3_0" / "meta.json")
        np.testing.assert_array_equal(again.means_m, cloud.means_m)

    def test_a_list_of_levels_says_what_to_open(self, splats: Path) -> None:
        with pytest.raises(UserError, match=r"levels of detail.*meta\.json"):
            read_splats(splats / "lod-meta.json")


class TestRoundTrips:
    @pytest.mark.parametrize("degree", range(5))
    @pytest.mark.parametrize(
        ("suffix", "place_m", "size", "shade", "harmonic", "highest"),
        [
            (".ply", 0, 1e-6, 1e-6, 0, 4),
            (".compressed.ply", 0.02, 0.03, 2.1e-3, 0.016, 3),
            (".spz", 2e-5, 0.032, 4e-3, 0.004, 4),
            (".glb", 0, 1e-6, 1e-6, 0, 3),
            (".gltf", 0, 1e-6, 1e-6, 0, 3),
        ],
    )
    def test_what_is_written_reads_back(
        self, tmp_path: Path, suffix: str, degree: int, place_m: float, size: float, shade: float, harmonic: float,
        highest: int,
    ) -> None:  # fmt: skip
        cloud = some_cloud(300, degree)
        told: list[str] = []
        write_splats(cloud, tmp_path / f"cloud{suffix}", tell=told.append)
        found = read_splats(tmp_path / f"cloud{suffix}")
        _assert_same(found, cloud, place_m=place_m, size=size, shade=shade)
        assert found.degree == min(degree, highest)
        assert bool(told) == (degree > highest)
        if found.harmonics is not None:
            expected = cloud.harmonics[:, : found.harmonics.shape[1]]
            np.testing.assert_allclose(found.harmonics, np.clip(expected, -4, 4), atol=harmonic + 1e-6)

    def test_splat_files_put_what_covers_most_first(self, tmp_path: Path) -> None:
        cloud = some_cloud(50)
        write_splats(cloud, tmp_path / "cloud.splat")
        found = read_splats(tmp_path / "cloud.splat")
        order = np.argsort(-cloud.opacities * cloud.scales_m.prod(1))
        _assert_same(found, cloud[order], place_m=0, size=0.02, shade=2e-3)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("degree", [0, 2])
    def test_no_splats_are_a_file_too(self, tmp_path: Path, suffix: str, degree: int) -> None:
        write_splats(some_cloud(0, degree), tmp_path / f"none{suffix}", tell=lambda _: None)
        assert len(read_splats(tmp_path / f"none{suffix}")) == 0

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_transparent_and_solid_splats_stay_so(self, tmp_path: Path, suffix: str) -> None:
        cloud = replace(some_cloud(2), opacities=np.array([0, 1], np.float32))
        write_splats(cloud, tmp_path / f"two{suffix}")
        found = read_splats(tmp_path / f"two{suffix}")
        assert sorted(found.opacities.round(5).tolist()) == [0, 1]

    def test_far_splats_keep_what_precision_spz_has(self, tmp_path: Path) -> None:
        cloud = some_cloud(10)
        cloud.means_m[3] = [5000.3, -7000.7, 30.1]
        write_splats(cloud, tmp_path / "far.spz")
        np.testing.assert_allclose(read_splats(tmp_path / "far.spz").means_m, cloud.means_m, atol=1 / 1024)

    def test_splats_beyond_the_reach_of_spz_are_refused(self, tmp_path: Path) -> None:
        cloud = some_cloud(10)
        cloud.means_m[3, 0] = 2e7
        with pytest.raises(UserError, match="SPZ reaches"):
            write_splats(cloud, tmp_path / "far.spz")
        assert list(tmp_path.iterdir()) == []


class TestAxes:
    def test_scenes_turn_so_that_forward_up_and_left_keep_their_meaning(self) -> None:
        cloud = some_cloud(3, degree=2)
        cloud.means_m[:] = np.eye(3)  # forward, left, up
        in_rdf = turned(cloud, "zup", "rdf")
        np.testing.assert_allclose(in_rdf.means_m, [[0, 0, 1], [-1, 0, 0], [0, -1, 0]], atol=1e-6)
        in_gltf = turned(cloud, "zup", "luf")
        np.testing.assert_allclose(in_gltf.means_m, [[0, 0, 1], [1, 0, 0], [0, 1, 0]], atol=1e-6)

    @pytest.mark.parametrize("axes", ["rub", "luf", "zup", "flu", "RUF", "lbd"])
    def test_there_and_back(self, axes: str) -> None:
        cloud = some_cloud(20, degree=3)
        back = turned(turned(cloud, "rdf", axes), axes, "rdf")
        np.testing.assert_allclose(back.means_m, cloud.means_m, atol=1e-5)
        np.testing.assert_allclose(covariances(back), covariances(cloud), atol=1e-5)
        np.testing.assert_allclose(back.harmonics, cloud.harmonics, atol=1e-5)

    def test_a_mirror_shows_mirrored_splats_with_their_colours(self) -> None:
        cloud = some_cloud(20, degree=3)
        mirror = np.diag([1.0, -1.0, 1.0])
        mirrored = turned(cloud, "rdf", "ruf")
        np.testing.assert_allclose(mirrored.means_m, cloud.means_m @ mirror, atol=1e-6)
        np.testing.assert_allclose(covariances(mirrored), mirror @ covariances(cloud) @ mirror, atol=1e-5)
        direction = np.array([0.48, 0.6, 0.64])
        np.testing.assert_allclose(
            harmonic_colours(mirrored.harmonics, mirror @ direction),
            harmonic_colours(cloud.harmonics, direction),
            atol=1e-5,
        )

    @pytest.mark.parametrize("suffix", [".ply", ".spz", ".glb"])
    def test_a_scene_written_and_read_as_a_scene_is_the_same(self, tmp_path: Path, suffix: str) -> None:
        scene = some_cloud(40, degree=3)
        write_splats(scene, tmp_path / f"scene{suffix}", axes="zup")
        found = read_splats(tmp_path / f"scene{suffix}", axes="zup")
        np.testing.assert_allclose(found.means_m, scene.means_m, atol=1e-4)
        np.testing.assert_allclose(found.harmonics, scene.harmonics, atol=0.02)

    def test_spz_in_the_axes_of_ply_can_be_read_as_such(self, tmp_path: Path) -> None:
        cloud = some_cloud(10)
        write_splats(cloud, tmp_path / "odd.spz", file_axes="rdf")
        np.testing.assert_allclose(read_splats(tmp_path / "odd.spz", file_axes="rdf").means_m, cloud.means_m, atol=1e-4)
        upside_down = read_splats(tmp_path / "odd.spz").means_m
        np.testing.assert_allclose(upside_down, cloud.means_m * [1, -1, -1], atol=1e-4)

    @pytest.mark.parametrize("axes", ["", "xyz", "rrf", "rdfb", "rd"])
    def test_axes_that_do_not_exist_are_refused(self, axes: str) -> None:
        with pytest.raises(UserError, match="no axes"):
            turned(some_cloud(), "rdf", axes)


class TestConverting:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_real_capture_into_every_format(self, splats: Path, tmp_path: Path, suffix: str) -> None:
        target = tmp_path / f"out{suffix}"
        cloud = convert_splats(splats / "test-splat.3-points-from-train.ply", target)
        assert len(cloud) == 3
        np.testing.assert_allclose(np.sort(read_splats(target).means_m, 0), np.sort(cloud.means_m, 0), atol=2e-3)
        assert list(tmp_path.iterdir()) == [target]

    def test_axes_of_the_numbers_on_both_sides(self, tmp_path: Path) -> None:
        cloud = some_cloud(5)
        write_splats(cloud, tmp_path / "in.ply")
        convert_splats(tmp_path / "in.ply", tmp_path / "out.ply", source_axes="zup", target_axes="rdf")
        forward, left, up = cloud.means_m.T
        expected = np.stack([-left, -up, forward], -1)
        np.testing.assert_allclose(read_splats(tmp_path / "out.ply").means_m, expected, atol=1e-5)

    def test_a_name_that_no_writer_has_is_refused_before_anything_is_read(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"written under this name.*\.spz"):
            convert_splats(tmp_path / "missing.ply", tmp_path / "out.obj")

    def test_a_file_stays_as_it_was_when_writing_fails(self, tmp_path: Path) -> None:
        target = tmp_path / "kept.spz"
        target.write_bytes(b"precious")
        cloud = some_cloud(3)
        cloud.means_m[0] = 1e8
        with pytest.raises(UserError):
            write_splats(cloud, target)
        assert target.read_bytes() == b"precious"

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="cannot be written"):
            write_splats(some_cloud(3), tmp_path / "missing" / "out.ply")


def test_a_cloud_that_cannot_be_drawn_is_not_written(tmp_path: Path) -> None:
    cloud = some_cloud(3)
    cloud.scales_m[1] = np.inf
    with pytest.raises(UserError, match="not finite"):
        write_splats(cloud, tmp_path / "out.ply")


@pytest.mark.parametrize("name", ["holiday.png", "table.csv", "cloud.ksplat"])
def test_other_files_are_told_from_splats(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    with pytest.raises(UserError, match="not a splat file") as caught:
        read_splats(tmp_path / name)
    assert caught.value.path == tmp_path / name


@pytest.mark.parametrize("name", ["cloud.ply", "cloud.spz", "cloud"])
def test_an_empty_file_is_called_empty(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(UserError, match="The file is empty") as caught:
        read_splats(tmp_path / name)
    assert caught.value.path == tmp_path / name
    assert caught.value.remedy


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_splats_is_read_and_told(tmp_path: Path, suffix: str) -> None:
    write_splats(some_cloud(0), tmp_path / f"none{suffix}")
    told: list[str] = []
    assert len(read_splats(tmp_path / f"none{suffix}", tell=told.append)) == 0
    assert told == [f"There are no splats in none{suffix}."]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_splats(tmp_path / "missing.ply")


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    write_splats(some_cloud(4), tmp_path / "a.spz")
    (tmp_path / "a.spz").rename(tmp_path / "a.ply")
    assert len(read_splats(tmp_path / "a.ply")) == 4


class TestCleaning:
    def _written(self, path: Path, cloud: GaussianCloud, rows: dict[int, tuple[int, float]]) -> Path:
        """A .splat file with single floats overwritten, by row and place in the row."""
        write_splats(cloud, path)
        data = np.frombuffer(path.read_bytes(), "<f4").reshape(-1, 8).copy()
        for row, (column, value) in rows.items():
            data[row, column] = value
        data.tofile(path)
        return path

    def test_single_splats_that_cannot_be_drawn_are_left_out_and_told(self, tmp_path: Path) -> None:
        faults = {2: (0, np.nan), 5: (4, np.inf), 6: (4, -1.0), 9: (1, 1e20), 11: (3, np.nan)}
        path = self._written(tmp_path / "some.splat", some_cloud(20), faults)
        told: list[str] = []
        assert len(read_splats(path, tell=told.append)) == 15
        assert len(told) == 1
        assert "5 of 20" in told[0]

    def test_zero_quaternions_are_left_out(self, tmp_path: Path) -> None:
        write_splats(some_cloud(20), tmp_path / "some.splat")
        data = bytearray((tmp_path / "some.splat").read_bytes())
        data[28:32] = b"\x80\x80\x80\x80"
        (tmp_path / "some.splat").write_bytes(data)
        assert len(read_splats(tmp_path / "some.splat", tell=lambda _: None)) == 19

    def test_a_file_of_mostly_such_splats_is_refused_with_the_field(self, tmp_path: Path) -> None:
        path = self._written(tmp_path / "bad.splat", some_cloud(20), dict.fromkeys(range(15), (4, np.nan)))
        with pytest.raises(UserError, match="15 of 20") as caught:
            read_splats(path)
        assert (caught.value.path, caught.value.field) == (path, "scales_m")

    def test_flat_splats_stay(self, tmp_path: Path) -> None:
        path = self._written(tmp_path / "flat.splat", some_cloud(4), {0: (3, 0.0)})
        cloud = read_splats(path)
        assert len(cloud) == 4
        assert 0 < cloud.scales_m.min() < 1e-6


def test_turning_before_writing_is_turning_after_reading(tmp_path: Path) -> None:
    cloud = some_cloud(30, degree=3)
    write_splats(cloud, tmp_path / "a.ply")
    write_splats(cloud.moved(TURN), tmp_path / "b.ply")
    after, before = read_splats(tmp_path / "a.ply").moved(TURN), read_splats(tmp_path / "b.ply")
    _assert_same(after, before, place_m=1e-5, size=1e-5, shade=1e-6)
    np.testing.assert_allclose(after.harmonics, before.harmonics, atol=1e-5)
