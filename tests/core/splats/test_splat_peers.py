"""Other programs' libraries read what is written here, and the other way round."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from splat_clouds import covariances, some_cloud

from core.geometry.quaternion import matrix_from_quaternion
from core.splats.cloud import GaussianCloud
from core.splats.files import read_splats, write_splats


def _assert_same(found: Any, cloud: GaussianCloud) -> None:
    """What gsply read, raw and in the axes of the file, against a cloud."""
    np.testing.assert_allclose(found.means, cloud.means_m, atol=5e-6)
    np.testing.assert_allclose(np.exp(found.scales), cloud.scales_m, rtol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-found.opacities)), cloud.opacities, atol=5e-5)
    np.testing.assert_allclose(0.5 + 0.28209479 * found.sh0, cloud.colours, atol=1e-6)
    axes = matrix_from_quaternion(found.quats) * np.exp(found.scales)[:, None, :]
    np.testing.assert_allclose(axes @ np.swapaxes(axes, 1, 2), covariances(cloud), atol=1e-4)
    if cloud.harmonics is not None:
        np.testing.assert_allclose(found.shN, cloud.harmonics, atol=1e-6)


class TestGsply:
    @pytest.mark.parametrize(
        "name",
        ["test-splat.3-points-from-train.ply", "fruit_drops_minimal.ply", "test-splat.3-points-from-train.spz"],
    )
    def test_both_read_real_files_alike(self, shared_data: Path, name: str) -> None:
        gsply = pytest.importorskip("gsply")
        path = shared_data / "splats" / name
        found = gsply.read_spz(path) if path.suffix == ".spz" else gsply.plyread(path)
        _assert_same(found, read_splats(path, file_axes="rdf"))

    @pytest.mark.parametrize("degree", [0, 1, 3])
    @pytest.mark.parametrize("suffix", [".ply", ".compressed.ply", ".spz"])
    def test_it_reads_what_is_written_here(self, tmp_path: Path, suffix: str, degree: int) -> None:
        gsply = pytest.importorskip("gsply")
        path = tmp_path / f"cloud{suffix}"
        write_splats(some_cloud(300, degree), path)
        found = gsply.read_spz(path) if suffix == ".spz" else gsply.plyread(path)
        _assert_same(found, read_splats(path, file_axes="rdf"))

    def test_what_it_writes_is_read_here(self, shared_data: Path, tmp_path: Path) -> None:
        gsply = pytest.importorskip("gsply")
        source = gsply.plyread(shared_data / "splats" / "fruit_drops_minimal.ply")
        gsply.write_spz(tmp_path / "a.spz", source)
        _assert_same(gsply.read_spz(tmp_path / "a.spz"), read_splats(tmp_path / "a.spz", file_axes="rdf"))


def test_plyfile_reads_what_is_written_here(tmp_path: Path) -> None:
    plyfile = pytest.importorskip("plyfile")
    cloud = some_cloud(10, degree=1)
    write_splats(cloud, tmp_path / "a.ply")
    vertices = plyfile.PlyData.read(tmp_path / "a.ply")["vertex"]
    np.testing.assert_array_equal(vertices["y"], cloud.means_m[:, 1])
    np.testing.assert_allclose(vertices["scale_2"], np.log(cloud.scales_m[:, 2]), rtol=1e-6)
    np.testing.assert_array_equal(vertices["f_rest_3"], cloud.harmonics[:, 0, 1])


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
def test_pygltflib_reads_what_is_written_here(tmp_path: Path, suffix: str) -> None:
    pygltflib = pytest.importorskip("pygltflib")
    cloud = some_cloud(10, degree=1)
    write_splats(cloud, tmp_path / f"a{suffix}", file_axes="rdf")
    gltf = pygltflib.GLTF2().load(tmp_path / f"a{suffix}")
    accessor = gltf.accessors[gltf.meshes[0].primitives[0].attributes.POSITION]
    view = gltf.bufferViews[accessor.bufferView]
    data = gltf.get_data_from_buffer_uri(gltf.buffers[0].uri) if suffix == ".gltf" else gltf.binary_blob()
    places = np.frombuffer(data, "<f4", 3 * accessor.count, view.byteOffset).reshape(-1, 3)
    np.testing.assert_array_equal(places, cloud.means_m)
    assert gltf.extensionsUsed == ["KHR_gaussian_splatting"]
