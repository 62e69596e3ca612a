"""glTF and GLB with Gaussian splats, by the text of the extension and by its drafts."""

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from splat_clouds import covariances, some_cloud

from core.errors import UserError
from core.geometry import Pose
from core.splats.cloud import GaussianCloud
from core.splats.files import read_splats, turned, write_splats

NAME = "KHR_gaussian_splatting"
TYPES = {"f4": 5126, "i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123}


def _gltf(attributes: dict[str, np.ndarray], **settings: Any) -> dict[str, Any]:
    """A description with its data inside, of one primitive of points; integer arrays count as normalised."""
    data = b"".join(values.tobytes() + bytes(-values.nbytes % 4) for values in attributes.values())
    views, accessors, offset = [], [], 0
    for values in attributes.values():
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": values.nbytes})
        shape = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}[values.shape[1]]
        code = values.dtype.str[1:]
        accessors.append({"bufferView": len(accessors), "componentType": TYPES[code], "count": len(values)})
        accessors[-1] |= {"type": shape, "normalized": code != "f4"}
        offset += values.nbytes + -values.nbytes % 4
    primitive = {
        "mode": 0,
        "attributes": {name: index for index, name in enumerate(attributes)},
        "extensions": {NAME: {"kernel": "ellipse", "colorSpace": "srgb_rec709_display", **settings}},
    }
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return {
        "asset": {"version": "2.0"},
        "extensionsUsed": [NAME],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(data), "uri": uri}],
    }


def _attributes(cloud: GaussianCloud, prefix: str = f"{NAME}:") -> dict[str, np.ndarray]:
    attributes = {
        "POSITION": cloud.means_m,
        f"{prefix}ROTATION": np.roll(cloud.quaternions, -1, axis=1),
        f"{prefix}SCALE": cloud.scales_m,
        f"{prefix}OPACITY": cloud.opacities[:, None],
        f"{prefix}SH_DEGREE_0_COEF_0": ((cloud.colours - 0.5) / 0.28209479).astype(np.float32),
    }
    index = 0
    for band in range(1, cloud.degree + 1):
        for order in range(2 * band + 1):
            attributes[f"{prefix}SH_DEGREE_{band}_COEF_{order}"] = np.ascontiguousarray(cloud.harmonics[:, index])
            index += 1
    return attributes


def _read(folder: Path, description: dict[str, Any], **options: Any) -> GaussianCloud:
    """As the file has it, without a turn."""
    (folder / "cloud.gltf").write_text(json.dumps(description))
    return read_splats(folder / "cloud.gltf", axes="luf", **options)


def _assert_same(found: GaussianCloud, expected: GaussianCloud, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(found.means_m, expected.means_m, atol=tolerance)
    np.testing.assert_allclose(covariances(found), covariances(expected), atol=4 * tolerance)
    np.testing.assert_allclose(found.opacities, expected.opacities, atol=tolerance)
    np.testing.assert_allclose(found.colours, expected.colours, atol=tolerance)
    if expected.harmonics is not None:
        np.testing.assert_allclose(found.harmonics, expected.harmonics, atol=tolerance)


class TestAttributes:
    @pytest.mark.parametrize("prefix", [f"{NAME}:", "_"])
    @pytest.mark.parametrize("degree", [0, 1, 3])
    def test_names_of_the_text_and_of_drafts(self, tmp_path: Path, prefix: str, degree: int) -> None:
        cloud = some_cloud(20, degree)
        _assert_same(_read(tmp_path, _gltf(_attributes(cloud, prefix))), cloud)

    def test_scales_of_a_draft_are_logarithms(self, tmp_path: Path) -> None:
        cloud = some_cloud(20)
        attributes = _attributes(cloud) | {f"{NAME}:SCALE": np.log(cloud.scales_m)}
        _assert_same(_read(tmp_path, _gltf(attributes)), cloud)

    def test_first_drafts_kept_colour_and_opacity_together(self, tmp_path: Path) -> None:
        cloud = some_cloud(20)
        attributes = _attributes(cloud, "_")
        del attributes["_OPACITY"], attributes["_SH_DEGREE_0_COEF_0"]
        rgba = np.round(np.column_stack([cloud.colours, cloud.opacities]) * 255).astype(np.uint8)
        _assert_same(_read(tmp_path, _gltf(attributes | {"COLOR_0": rgba})), cloud, 3e-3)

    def test_small_numbers_that_count_as_normalised(self, tmp_path: Path) -> None:
        cloud = some_cloud(20)
        attributes = _attributes(cloud) | {
            f"{NAME}:ROTATION": np.round(np.roll(cloud.quaternions, -1, axis=1) * 32767).astype("<i2"),
            f"{NAME}:OPACITY": np.round(cloud.opacities[:, None] * 65535).astype("<u2"),
        }
        _assert_same(_read(tmp_path, _gltf(attributes)), cloud, 2e-4)

    def test_linear_colours_become_display_colours(self, tmp_path: Path) -> None:
        cloud = some_cloud(20, degree=1)
        told: list[str] = []
        description = _gltf(_attributes(cloud), colorSpace="lin_rec709_display")
        found = _read(tmp_path, description, tell=told.append)
        expected = np.where(
            cloud.colours > 0.0031308, 1.055 * cloud.colours ** (1 / 2.4) - 0.055, 12.92 * cloud.colours
        )
        np.testing.assert_allclose(found.colours, expected, atol=1e-5)
        brightest = np.unravel_index(cloud.colours.argmax(), cloud.colours.shape)
        slope = found.harmonics[brightest[0], 0, brightest[1]] / cloud.harmonics[brightest[0], 0, brightest[1]]
        assert 0.4 < slope < 0.5
        assert "linear" in told[0]


class TestNodes:
    def test_what_a_node_does_to_its_mesh_is_applied(self, tmp_path: Path) -> None:
        cloud = some_cloud(20, degree=2)
        pose = Pose.from_quaternion([0.3, -0.5, 0.7, 0.2], [4.0, -2.0, 9.0])
        description = _gltf(_attributes(cloud))
        x, y, z, w = np.roll(pose.quaternion, -1).tolist()
        description["nodes"] = [
            {"children": [1], "translation": [4, -2, 9], "rotation": [x, y, z, w]},
            {"mesh": 0, "scale": [2, 2, 2]},
        ]
        _assert_same(_read(tmp_path, description), cloud.moved(pose, 2.0), 1e-4)
        matrix = pose.matrix @ np.diag([2.0, 2.0, 2.0, 1.0])
        description["nodes"] = [{"mesh": 0, "matrix": matrix.T.ravel().tolist()}]
        _assert_same(_read(tmp_path, description), cloud.moved(pose, 2.0), 1e-4)

    def test_a_mesh_seen_twice_is_there_twice(self, tmp_path: Path) -> None:
        description = _gltf(_attributes(some_cloud(20)))
        description["nodes"] = [{"mesh": 0, "children": [1]}, {"mesh": 0, "translation": [1, 0, 0]}]
        assert len(_read(tmp_path, description)) == 40

    def test_without_a_scene_every_mesh_counts(self, tmp_path: Path) -> None:
        description = _gltf(_attributes(some_cloud(20)))
        del description["scenes"], description["scene"], description["nodes"]
        assert len(_read(tmp_path, description)) == 20

    def test_other_primitives_are_passed_over(self, tmp_path: Path) -> None:
        description = _gltf(_attributes(some_cloud(20)))
        description["meshes"][0]["primitives"].append({"attributes": {"POSITION": 0}})
        assert len(_read(tmp_path, description)) == 20

    @pytest.mark.parametrize("scale", [[1, 2, 1], [1, 1, -1], [0, 0, 0]])
    def test_stretched_splats_are_refused(self, tmp_path: Path, scale: list[float]) -> None:
        description = _gltf(_attributes(some_cloud(20)))
        description["nodes"][0]["scale"] = scale
        with pytest.raises(UserError, match="stretches or mirrors"):
            _read(tmp_path, description)

    def test_nodes_that_are_their_own_children(self, tmp_path: Path) -> None:
        description = _gltf(_attributes(some_cloud(2)))
        description["nodes"] = [{"children": [1]}, {"children": [0]}]
        with pytest.raises(UserError, match="circles"):
            _read(tmp_path, description)


class TestContainers:
    def test_data_beside_the_description(self, tmp_path: Path) -> None:
        cloud = some_cloud(20)
        description = _gltf(_attributes(cloud))
        data = base64.b64decode(description["buffers"][0]["uri"].partition(",")[2])
        (tmp_path / "my data.bin").write_bytes(data)
        description["buffers"][0]["uri"] = "my%20data.bin"
        _assert_same(_read(tmp_path, description), cloud)

    @pytest.mark.parametrize("uri", ["../secret.bin", "/etc/passwd", "http://example.com/a.bin", "..\\secret.bin"])
    def test_data_outside_the_folder_are_refused(self, tmp_path: Path, uri: str) -> None:
        description = _gltf(_attributes(some_cloud(20)))
        description["buffers"][0]["uri"] = uri
        with pytest.raises(UserError, match="outside the folder"):
            _read(tmp_path, description)

    def test_splats_packed_as_spz(self, tmp_path: Path) -> None:
        cloud = some_cloud(20, degree=1)
        write_splats(cloud, tmp_path / "a.spz", axes="luf")
        data = (tmp_path / "a.spz").read_bytes()
        description = _gltf({"POSITION": np.zeros((1, 3), np.float32)})
        inner = {"KHR_gaussian_splatting_compression_spz_2": {"bufferView": 0}}
        description["meshes"][0]["primitives"][0]["extensions"][NAME]["extensions"] = inner
        uri = "data:;base64," + base64.b64encode(data).decode()
        description["buffers"] = [{"byteLength": len(data), "uri": uri}]
        description["bufferViews"] = [{"buffer": 0, "byteLength": len(data)}]
        found = _read(tmp_path, description)
        np.testing.assert_allclose(found.means_m, cloud.means_m, atol=1e-4)
        np.testing.assert_allclose(found.harmonics, cloud.harmonics, atol=0.01)

    def test_a_written_glb_file_names_what_it_has(self, tmp_path: Path) -> None:
        write_splats(some_cloud(5, degree=1), tmp_path / "a.glb")
        data = (tmp_path / "a.glb").read_bytes()
        assert struct.unpack_from("<4sII", data) == (b"glTF", 2, len(data))
        description = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
        assert description["extensionsUsed"] == [NAME]
        primitive = description["meshes"][0]["primitives"][0]
        assert primitive["mode"] == 0
        assert primitive["extensions"][NAME]["colorSpace"] == "srgb_rec709_display"
        assert {f"{NAME}:SH_DEGREE_1_COEF_{index}" for index in range(3)} < set(primitive["attributes"])
        assert len(description["accessors"][primitive["attributes"]["POSITION"]]["max"]) == 3

    def test_a_scene_stands_upright_in_other_viewers(self, tmp_path: Path) -> None:
        scene = some_cloud(5)
        write_splats(scene, tmp_path / "a.glb", axes="zup")
        raw = read_splats(tmp_path / "a.glb", file_axes="rdf")
        np.testing.assert_allclose(raw.means_m[:, 1], scene.means_m[:, 2], atol=1e-6)
        np.testing.assert_allclose(turned(raw, "luf", "zup").means_m, scene.means_m, atol=1e-6)


class TestDamage:
    def _changed(self, folder: Path, *keys: Any, value: Any) -> GaussianCloud:
        description = _gltf(_attributes(some_cloud(20, degree=1)))
        inner: Any = description
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return _read(folder, description)

    @pytest.mark.parametrize(
        ("keys", "value", "what"),
        [
            (("accessors", 0, "count"), 10**9, "promises 1000000000 rows"),
            (("accessors", 0, "count"), 19, "different counts"),
            (("accessors", 5, "count"), 19, "different counts"),
            (("accessors", 0, "count"), -1, "makes no sense"),
            (("accessors", 0, "byteOffset"), 10**9, "promises 20 rows"),
            (("accessors", 0, "componentType"), 7, "not of plain vectors"),
            (("accessors", 0, "type"), "VEC4", "not of plain vectors"),
            (("accessors", 0, "bufferView"), 99, "number 99 of"),
            (("accessors", 0, "bufferView"), None, "not of plain vectors"),
            (("bufferViews", 0, "byteLength"), 10**9, "behind its end"),
            (("bufferViews", 0, "byteStride"), 10**9, "promises 20 rows"),
            (("buffers",), [], "number 0 of 0"),
            (("buffers", 0, "uri"), "data:;base64,not base64!", "cannot be decoded"),
            (("buffers", 0, "uri"), "missing.bin", "beside the file cannot be read"),
            (("buffers", 0), {"byteLength": 4}, "data are missing"),
            (("nodes", 0, "mesh"), 9, "number 9 of 1"),
            (("nodes", 0, "rotation"), [0, 0, 0, 0], "length zero"),
            (("nodes", 0, "matrix"), [1, 0], "16 numbers"),
            (("scene",), 3, "number 3 of 1"),
            (("meshes",), "none", "makes no sense"),
            (("meshes", 0, "primitives", 0, "attributes"), {"POSITION": 0}, "attribute of the splats is missing"),
            (("meshes", 0, "primitives"), [{"attributes": {"POSITION": 0}}], "shows no Gaussian splats"),
        ],
    )
    def test_descriptions_that_make_no_sense(
        self, tmp_path: Path, keys: tuple[Any, ...], value: Any, what: str
    ) -> None:
        with pytest.raises(UserError, match=what) as caught:
            self._changed(tmp_path, *keys, value=value)
        assert caught.value.path == tmp_path / "cloud.gltf"

    def test_half_a_band_of_harmonics(self, tmp_path: Path) -> None:
        attributes = _attributes(some_cloud(20, degree=1))
        del attributes[f"{NAME}:SH_DEGREE_1_COEF_1"]
        with pytest.raises(UserError, match="attribute of the splats is missing") as caught:
            _read(tmp_path, _gltf(attributes))
        assert caught.value.field == f"{NAME}:SH_DEGREE_1_COEF_1"

    def test_broken_json(self, tmp_path: Path) -> None:
        (tmp_path / "a.gltf").write_text('{"asset": ')
        with pytest.raises(UserError, match="not valid JSON"):
            read_splats(tmp_path / "a.gltf")

    @pytest.mark.parametrize("length", [4, 15, 200, -40])
    def test_glb_that_is_cut_short(self, tmp_path: Path, length: int) -> None:
        write_splats(some_cloud(20), tmp_path / "a.glb")
        (tmp_path / "a.glb").write_bytes((tmp_path / "a.glb").read_bytes()[:length])
        with pytest.raises(UserError, match=r"cut short|header"):
            read_splats(tmp_path / "a.glb")

    def test_glb_of_another_version(self, tmp_path: Path) -> None:
        (tmp_path / "a.glb").write_bytes(struct.pack("<4sII", b"glTF", 1, 100) + bytes(88))
        with pytest.raises(UserError, match="version 1"):
            read_splats(tmp_path / "a.glb")
