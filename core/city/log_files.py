"""The city's own files beside the tables of a log: what it was made from, and the lossless truth.

`driftless/city.json`: the spec, the edits, and which instance number is which track.
`driftless/truth/<channel>/<frame>_depth.png` 16 bits: the bits of float16 metres along the optical axis, inf for sky;
`…_instance.png` 16 bits: 0 for ground and sky; `…_label.png` 8 bits: `core.city.surfaces.Label`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.city.edits import EDITS, Edit
from core.city.spec import CitySpec
from core.errors import UserError
from core.image_bytes import image_bytes

FOLDER = "driftless"
VERSION = 1


@dataclass(frozen=True, eq=False)
class CityTruth:
    """What one pixel of one picture shows, without error."""

    depth_m: NDArray[np.float32]  # (H, W) along the optical axis; inf for sky and where the lens sees nothing
    instance: NDArray[np.uint16]  # (H, W)
    label: NDArray[np.uint8]  # (H, W) values of `Label`


class _CityFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: int
    spec: CitySpec
    edits: tuple[Edit, ...] = ()
    instances: dict[int, str] = {}


def write_city_file(folder: Path, spec: CitySpec, edits: tuple[Edit, ...], instances: dict[int, str]) -> None:
    """Write `driftless/city.json` into a log's folder."""
    content = _CityFile(version=VERSION, spec=spec, edits=edits, instances=instances)
    (folder / FOLDER / "city.json").write_text(content.model_dump_json(indent=1), encoding="utf-8")


def read_city_file(folder: Path) -> tuple[CitySpec, tuple[Edit, ...]]:
    """Spec and edits of a written log.

    Raises:
        UserError: the file is missing, damaged, or of a later version.
    """
    content = _read(folder)
    return content.spec, EDITS.validate_python(content.edits)


def read_instances(folder: Path) -> dict[int, str]:
    """Instance number → track id, for the instance images of a written log. Raises UserError as above."""
    return _read(folder).instances


def _read(folder: Path) -> _CityFile:
    path = folder / FOLDER / "city.json"
    try:
        content = _CityFile.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UserError(
            "This log was not written by the demo city", path=path, remedy="Open a folder that `driftless city` made."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "the whole file"
        raise UserError(f"The description of the city is damaged: {first['msg']}", path=path, field=field) from error
    if content.version > VERSION:
        raise UserError("This city was written by a later release", path=path, remedy="Update Driftless.")
    return content


def truth_stem(folder: Path, channel: str, frame: int) -> Path:
    """Truth files of a picture are named by this and `_depth.png`, `_instance.png`, `_label.png`."""
    return folder / FOLDER / "truth" / channel / f"{frame:05d}"


def write_truth(stem: Path, truth: CityTruth) -> None:
    depth = truth.depth_m.astype(np.float16).view(np.uint16)
    for name, image in (("depth", depth), ("instance", truth.instance), ("label", truth.label)):
        stem.with_name(f"{stem.name}_{name}.png").write_bytes(_png(image))


def read_truth(folder: str | Path, channel: str, frame: int) -> CityTruth:
    """Depth, instances and labels of one picture of a written log; frames count from 0.

    Raises:
        UserError: a file is missing or damaged.
    """
    stem = truth_stem(Path(folder), channel, frame)
    depth, instance, label = (
        _read_png(stem.with_name(f"{stem.name}_{name}.png")) for name in ("depth", "instance", "label")
    )
    return CityTruth(
        depth.astype(np.uint16).view(np.float16).astype(np.float32), instance.astype(np.uint16), label.astype(np.uint8)
    )


def _png(image: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    import cv2

    return image_bytes(image, ".png", [cv2.IMWRITE_PNG_COMPRESSION, 4])


def _read_png(path: Path) -> NDArray[np.generic]:
    import cv2

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError("A truth image is missing", path=path, remedy="Write the city again.") from error
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise UserError("A truth image is damaged", path=path, remedy="Write the city again.")
    return image
