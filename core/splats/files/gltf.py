"""glTF and GLB with KHR_gaussian_splatting, and with the names of its drafts.

By the release candidate of the extension scales are linear, opacities within 0 … 1, rotations xyzw. A draft before
stored logarithms of scales: a negative scale says so. What a node does to its mesh is applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.geometry import Pose
from core.geometry.quaternion import matrix_from_quaternion
from core.splats.cloud import GaussianCloud
from core.splats.files.axes import LUF, turned
from core.splats.files.format import EXPORT_AGAIN, SplatFormat, Tell
from core.splats.files.gltf_container import MAGIC, Gltf, Node, Primitive, written
from core.splats.files.packing import colour_from_constant, constant_from_colour, scale_from_log, to_bytes
from core.splats.files.spz import decode_spz

_EXTENSION = "KHR_gaussian_splatting"
_PREFIXES = (f"{_EXTENSION}:", "_")
_BAND_SIZES = (1, 3, 5, 7)


def _read(path: Path, tell: Tell) -> tuple[GaussianCloud, str]:
    gltf = Gltf(path)
    clouds = [
        _placed(_cloud(gltf, primitive, tell), gltf, matrix)
        for mesh, matrix in _meshes(gltf)
        for primitive in gltf.item("meshes", mesh).primitives
        if _is_splats(primitive)
    ]
    if not clouds:
        raise UserError("The file shows no Gaussian splats", path=path, field=_EXTENSION, remedy=EXPORT_AGAIN)
    return GaussianCloud.concatenated(clouds), LUF


def _is_splats(primitive: Primitive) -> bool:
    names = primitive.attributes
    return _EXTENSION in primitive.extensions or any(f"{prefix}ROTATION" in names for prefix in _PREFIXES)


def _meshes(gltf: Gltf) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """The meshes of the scene with their transforms (4, 4); without a scene, all of them as they are."""
    document = gltf.document
    if not document.scenes:
        yield from ((index, np.eye(4)) for index in range(len(document.meshes)))
        return
    waiting = [(index, np.eye(4)) for index in gltf.item("scenes", document.scene).nodes]
    # Of a tree every node is met once.
    for _ in range(len(document.nodes) + 1):
        if not waiting:
            return
        index, parent = waiting.pop()
        node = gltf.item("nodes", index)
        matrix = parent @ _local(node, gltf.path)
        if node.mesh is not None:
            yield node.mesh, matrix
        waiting += [(child, matrix) for child in node.children]
    raise UserError("The nodes go round in circles", path=gltf.path, field="nodes", remedy=EXPORT_AGAIN)


def _local(node: Node, path: Path) -> NDArray[np.float64]:
    if node.matrix is not None:
        if len(node.matrix) != 16:
            raise UserError("A matrix has not 16 numbers", path=path, field="nodes.matrix", remedy=EXPORT_AGAIN)
        return np.array(node.matrix).reshape(4, 4).T
    if not np.any(node.rotation):
        raise UserError("A rotation has length zero", path=path, field="nodes.rotation", remedy=EXPORT_AGAIN)
    matrix = np.eye(4)
    matrix[:3, :3] = matrix_from_quaternion(np.roll(node.rotation, 1)) * np.array(node.scale)
    matrix[:3, 3] = node.translation
    return matrix


def _placed(cloud: GaussianCloud, gltf: Gltf, matrix: NDArray[np.float64]) -> GaussianCloud:
    if (matrix == np.eye(4)).all():
        return cloud
    scale = float(np.linalg.norm(matrix[:3, 0]))
    rotation = matrix[:3, :3] / max(scale, 1e-12)
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4) or np.linalg.det(rotation) < 0:
        raise UserError(
            "A node stretches or mirrors its splats",
            path=gltf.path,
            field="nodes",
            remedy="Apply the transform before the export, or scale all axes alike.",
        )
    return cloud.moved(Pose.from_rotation(rotation, matrix[:3, 3]), scale)


def _cloud(gltf: Gltf, primitive: Primitive, tell: Tell) -> GaussianCloud:
    extension = primitive.extensions.get(_EXTENSION)
    settings: dict[str, Any] = extension if isinstance(extension, dict) else {}
    packed = _spz_view(primitive, settings)
    cloud = _plain(gltf, primitive) if packed is None else _from_spz(gltf, packed)
    if settings.get("kernel", "ellipse") != "ellipse":
        tell(f"{gltf.path.name} asks for another kernel than ellipses; its splats will look different.")
    if settings.get("colorSpace") == "lin_rec709_display":
        tell(f"{gltf.path.name} has linear colours; they are converted, and mix a little differently.")
        cloud = _encoded(cloud)
    return cloud


def _plain(gltf: Gltf, primitive: Primitive) -> GaussianCloud:
    scales = _attribute(gltf, primitive, "SCALE", 3)
    coefficients = _coefficients(gltf, primitive)
    count = len(scales)
    cloud = GaussianCloud(
        means_m=gltf.array(_accessor(gltf, primitive, ("POSITION",)), 3),
        quaternions=np.roll(_attribute(gltf, primitive, "ROTATION", 4), 1, axis=1),
        scales_m=scale_from_log(scales) if (scales < 0).any() else scales,
        opacities=_opacities(gltf, primitive),
        colours=colour_from_constant(coefficients[0]) if coefficients else _fallback_colours(gltf, primitive)[:, :3],
        harmonics=np.stack(coefficients[1:], 1) if len(coefficients) > 1 else None,
    )
    lengths = {len(values) for values in (cloud.means_m, cloud.quaternions, cloud.opacities, cloud.colours)}
    if lengths != {count}:
        raise UserError("The attributes have different counts", path=gltf.path, field="attributes", remedy=EXPORT_AGAIN)
    return cloud


def _accessor(gltf: Gltf, primitive: Primitive, names: tuple[str, ...]) -> int:
    for name in names:
        if name in primitive.attributes:
            return primitive.attributes[name]
    raise UserError("An attribute of the splats is missing", path=gltf.path, field=names[0], remedy=EXPORT_AGAIN)


def _attribute(gltf: Gltf, primitive: Primitive, name: str, width: int) -> NDArray[np.float32]:
    return gltf.array(_accessor(gltf, primitive, tuple(prefix + name for prefix in _PREFIXES)), width)


def _has(primitive: Primitive, name: str) -> bool:
    return any(prefix + name in primitive.attributes for prefix in _PREFIXES)


def _opacities(gltf: Gltf, primitive: Primitive) -> NDArray[np.float32]:
    if _has(primitive, "OPACITY"):
        return _attribute(gltf, primitive, "OPACITY", 1)[:, 0]
    return _fallback_colours(gltf, primitive)[:, 3]


def _fallback_colours(gltf: Gltf, primitive: Primitive) -> NDArray[np.float32]:
    """Where the first drafts kept colour and opacity."""
    return gltf.array(_accessor(gltf, primitive, ("COLOR_0",)), 4)


def _coefficients(gltf: Gltf, primitive: Primitive) -> list[NDArray[np.float32]]:
    """Arrays (n, 3) of whole bands, band 0 first."""
    found: list[NDArray[np.float32]] = []
    for band, size in enumerate(_BAND_SIZES):
        names = [f"SH_DEGREE_{band}_COEF_{index}" for index in range(size)]
        if not any(_has(primitive, name) for name in names):
            break
        found += [_attribute(gltf, primitive, name, 3) for name in names]
    if len({len(values) for values in found}) > 1:
        raise UserError("The harmonics have different counts", path=gltf.path, field=_EXTENSION, remedy=EXPORT_AGAIN)
    return found


def _spz_view(primitive: Primitive, settings: dict[str, Any]) -> int | None:
    """The buffer view of splats that are packed as SPZ, whose extension changed its name from draft to draft."""
    inner = settings.get("extensions")
    candidates = primitive.extensions | (inner if isinstance(inner, dict) else {})
    for name, value in candidates.items():
        if "spz" in name and isinstance(value, dict) and isinstance(value.get("bufferView"), int):
            return int(value["bufferView"])
    return None


def _from_spz(gltf: Gltf, view: int) -> GaussianCloud:
    cloud, axes = decode_spz(gltf.view(view), gltf.path)
    return turned(cloud, axes, LUF)


def _encoded(cloud: GaussianCloud) -> GaussianCloud:
    """Linear colours on the curve of sRGB; harmonics by its slope at the colour."""
    colours = np.maximum(cloud.colours, 0)
    bright = colours > 0.0031308
    safe = np.where(bright, colours, 1)
    slopes = np.where(bright, 1.055 / 2.4 * safe ** (1 / 2.4 - 1), 12.92).astype(np.float32)
    return replace(
        cloud,
        colours=np.where(bright, 1.055 * safe ** (1 / 2.4) - 0.055, 12.92 * colours),
        harmonics=None if cloud.harmonics is None else cloud.harmonics * slopes[:, None],
    )


def _write(cloud: GaussianCloud, path: Path) -> None:
    """Single precision attributes, and COLOR_0 for programs that show points."""
    attributes: dict[str, NDArray[Any]] = {
        "POSITION": cloud.means_m,
        "COLOR_0": to_bytes(np.column_stack([_linear(cloud.colours), cloud.opacities]) * 255),
        f"{_EXTENSION}:ROTATION": np.roll(cloud.quaternions, -1, axis=1),
        f"{_EXTENSION}:SCALE": cloud.scales_m,
        f"{_EXTENSION}:OPACITY": cloud.opacities[:, None],
        f"{_EXTENSION}:SH_DEGREE_0_COEF_0": constant_from_colour(cloud.colours),
    }
    start = 0
    for band in range(1, cloud.degree + 1):
        assert cloud.harmonics is not None
        for index in range(_BAND_SIZES[band]):
            attributes[f"{_EXTENSION}:SH_DEGREE_{band}_COEF_{index}"] = cloud.harmonics[:, start + index]
        start += _BAND_SIZES[band]
    extension = {
        "kernel": "ellipse",
        "colorSpace": "srgb_rec709_display",
        "projection": "perspective",
        "sortingMethod": "cameraDistance",
    }
    path.write_bytes(written(attributes, extension, _EXTENSION, is_glb=path.suffix.lower() == ".glb"))


def _linear(colours: NDArray[Any]) -> NDArray[Any]:
    """Display colours without the curve of sRGB, within 0 … 1."""
    colours = np.clip(colours, 0, 1)
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def _recognises(path: Path, head: bytes) -> bool:
    return head.startswith(MAGIC) or path.suffix.lower() == ".gltf"


GLTF = SplatFormat("glTF", (".glb", ".gltf"), LUF, _recognises, _read, _write)
