"""A procedural city: streets, buildings, traffic, weather, and what any rig would record there.

Owns: geometry, traffic, sensors, ray-cast truth *also after an edit*. Does not own: learning.

Decisions
- A `CitySpec` says everything; equal specs give equal drives. `CityDrive` answers who is where and renders;
  `CityDrive.edited` is the truth of an edited drive: same streets, same other actors.
- `write_city` writes a log that `core.logs` opens as nuScenes, with the lossless truth beside it, and what is
  needed to make the drive again (`CityDrive.from_log_folder`).
- World coordinates are level, all positive; the ego's origin lies on the ground under its rear axle.
- Names are imported when first used: `import core.city` loads neither numba nor Embree.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.city import edits
    from core.city.drive import CityDrive
    from core.city.log_files import CityTruth, read_instances, read_truth
    from core.city.spec import RIGS, CameraMount, CitySpec, RigSpec
    from core.city.tracks import CityTrack
    from core.city.weather import Weather, WeatherKind
    from core.city.writer import WriteCancelledError, check_target, write_city

__all__ = [
    "RIGS",
    "CameraMount",
    "CityDrive",
    "CitySpec",
    "CityTrack",
    "CityTruth",
    "RigSpec",
    "Weather",
    "WeatherKind",
    "WriteCancelledError",
    "check_target",
    "edits",
    "read_instances",
    "read_truth",
    "write_city",
]

_MODULES = {
    "RIGS": "spec",
    "CameraMount": "spec",
    "WriteCancelledError": "writer",
    "check_target": "writer",
    "CityDrive": "drive",
    "CitySpec": "spec",
    "CityTrack": "tracks",
    "CityTruth": "log_files",
    "RigSpec": "spec",
    "Weather": "weather",
    "WeatherKind": "weather",
    "read_instances": "log_files",
    "read_truth": "log_files",
    "write_city": "writer",
}


def __getattr__(name: str) -> Any:
    if name == "edits":
        return import_module("core.city.edits")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"core.city.{_MODULES[name]}"), name)
