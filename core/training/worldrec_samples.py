"""Samples that WorldRec learns from: a lifted scene, what its log shows, and pictures it has not seen."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.city import CityDrive
from core.errors import UserError
from core.evaluation.city_truth import beside, drive_of, recorded_depth, seen_from
from core.logs import DrivingLog, open_log
from core.scene import Sky
from core.worldrec.lift import lifted
from core.worldrec.lift.views import View, is_held_out, key_views, views_of
from core.worldrec.model.sights import Sight, sight_of
from core.worldrec.model.state import Moment, SplatState, state_of
from core.worldrec.model.weights import weights_of
from core.worldrec.reconstructing import depth_model_for, sights_of

logger = logging.getLogger(__name__)

SHIFTS_M = (1.0, 2.0, 3.0)
_SHIFTED_VIEWS = 30  # of a sample: by far the most of what it teaches is how things look from elsewhere


@dataclass(frozen=True, eq=False)
class Target:
    """A picture that the scene should look like from where it was taken."""

    sight: Sight
    depth: Tensor  # [1, H, W] m along the optical axis, 0 where it is not known or infinite
    beside: bool = False  # the drive, where no camera was


@dataclass(frozen=True, eq=False)
class Sample:
    """One scene and its pictures."""

    state: SplatState
    sky: Sky
    sights: tuple[Sight, ...]
    targets: tuple[Target, ...]


def sample_of(log: DrivingLog, *, hold_out: int, max_splats: int, times: int, seed: int) -> Sample:
    """A sample of a whole log: held-out images are the targets, and shifted ones where a city knows their truth.

    Raises:
        UserError: no image of the log can be read.
        ValueError: the log has no image.
    """
    window_s = (0.0, log.duration_s)
    depth_model = depth_model_for(log, weights_of("tiny").parent)
    start = lifted(log, hold_out=hold_out, max_splats=max_splats, depth_model=depth_model)
    state = state_of(start.scene, window_s)
    # As when a scene is made: the network looks at more pictures than a lift takes.
    views = key_views(log, (log.t_ns(0.0), log.t_ns(log.duration_s)), None, hold_out, times)
    sights = tuple(sights_of(replace(start, views=views), window_s))
    targets = tuple(
        Target(sight_of(view, start.scene, nothing_measured(view), window_s), depth, beside)
        for pictures, beside in ((_held_out(log, hold_out), False), (_shifted(log, seed), True))
        for view, depth in pictures
    )
    return Sample(state, start.scene.sky, sights, targets)


def nothing_measured(view: View) -> NDArray[np.float32]:
    return np.full(view.valid.shape, np.inf, np.float32)


def _held_out(log: DrivingLog, hold_out: int) -> Iterator[tuple[View, Tensor]]:
    drive = drive_of(log)
    for stream in log.cameras:
        for index in range(len(stream)):
            if is_held_out(index, hold_out):
                depth = None if drive is None else recorded_depth(log, stream, index)
                for view in views_of(stream, index):
                    yield view, _as_target(None if depth is None else view.depth_of(depth), view)


def _shifted(log: DrivingLog, seed: int) -> Iterator[tuple[View, Tensor]]:
    """What cameras beside the drive would have seen, where the log is a city's."""
    drive = drive_of(log)
    if drive is None:
        return
    random = np.random.default_rng(seed)
    for _ in range(_SHIFTED_VIEWS):
        stream = log.cameras[int(random.integers(len(log.cameras)))]
        index = int(random.integers(len(stream)))
        side = float(random.choice(SHIFTS_M)) * float(random.choice((-1.0, 1.0)))
        for view in views_of(stream, index)[:1]:
            yield shifted_view(log, drive, view, side)


def shifted_view(log: DrivingLog, drive: CityDrive, view: View, left_m: float) -> tuple[View, Tensor]:
    """The truth a few metres to the left of the ego's path, from a city."""
    pose = beside(log, view.world_from_camera, view.t_ns, left_m)
    rgb, depth = seen_from(drive, log, view.camera, pose, view.t_ns)
    return replace(view, world_from_camera=pose, rgb=rgb), _as_target(depth, view)


def _as_target(depth: NDArray[np.float32] | None, view: View) -> Tensor:
    if depth is None:
        return torch.zeros(1, *view.valid.shape)
    return torch.from_numpy(np.where(np.isfinite(depth) & view.valid, depth, 0.0).astype(np.float32))[None]


def save_sample(sample: Sample, path: Path) -> None:
    """Write a sample as one safetensors file, pictures as bytes, the rest in half precision where that is enough."""
    tensors = {f"state.{name}": value for name, value in _tensors(sample.state)}
    tensors["sky"] = torch.from_numpy(sample.sky.dome)
    for number, sight in enumerate(sample.sights):
        tensors |= _packed_sight(f"sight.{number}", sight)
    for number, target in enumerate(sample.targets):
        tensors |= _packed_sight(f"target.{number}", target.sight)
        tensors[f"target.{number}.depth"] = target.depth.half()
        tensors[f"target.{number}.beside"] = torch.tensor([target.beside])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, unfinished)
    unfinished.replace(path)


def load_sample(path: Path) -> Sample:
    """
    Raises:
        UserError: the file is not one that `save_sample` wrote.
    """
    try:
        tensors = load_file(path)
        state = SplatState(**{each.name: tensors[f"state.{each.name}"] for each in fields(SplatState)})
        targets = tuple(_unpacked_target(tensors, f"target.{number}") for number in _numbers(tensors, "target"))
        sights = tuple(_unpacked_sight(tensors, f"sight.{number}") for number in _numbers(tensors, "sight"))
        sky = Sky(tensors["sky"].numpy())
    except Exception as error:
        raise UserError("A training sample cannot be read", path=path, remedy="Delete it; it is made again.") from error
    return Sample(state, sky, sights, targets)


def _tensors(part: Any) -> Iterator[tuple[str, Tensor]]:
    for each in fields(part):
        value = getattr(part, each.name)
        if isinstance(value, Tensor):
            yield each.name, value


def _numbers(tensors: dict[str, Tensor], kind: str) -> list[int]:
    return sorted({int(name.split(".")[1]) for name in tensors if name.startswith(f"{kind}.")})


def _packed_sight(name: str, sight: Sight) -> dict[str, Tensor]:
    return {
        f"{name}.rgb": _bytes(sight.rgb),
        f"{name}.valid": _bytes(sight.valid),
        f"{name}.pose": sight.camera_from_world,
        f"{name}.lens": sight.intrinsics,
        f"{name}.sky": _bytes(sight.sky),
        f"{name}.measured": sight.measured.half(),
        f"{name}.movers": sight.movers.half(),
        f"{name}.t": torch.tensor([sight.moment.t], dtype=torch.float64),
        f"{name}.actors": sight.moment.world_from_actor,
        f"{name}.turns": sight.moment.turns,
        f"{name}.there": sight.moment.there,
        f"{name}.camera": torch.tensor([sight.camera]),
    }


def _unpacked_target(tensors: dict[str, Tensor], name: str) -> Target:
    sight, depth = _unpacked_sight(tensors, name), tensors[f"{name}.depth"].float()
    return Target(sight, depth, bool(tensors[f"{name}.beside"]))


def _unpacked_sight(tensors: dict[str, Tensor], name: str) -> Sight:
    moment = Moment(float(tensors[f"{name}.t"]), *(tensors[f"{name}.{part}"] for part in ("actors", "turns", "there")))
    return Sight(
        _shares(tensors[f"{name}.rgb"]),
        _shares(tensors[f"{name}.valid"]),
        tensors[f"{name}.pose"],
        tensors[f"{name}.lens"],
        _shares(tensors[f"{name}.sky"]),
        tensors[f"{name}.measured"].float(),
        tensors[f"{name}.movers"].float(),
        moment,
        int(tensors[f"{name}.camera"]),
    )


def _bytes(shares: Tensor) -> Tensor:
    return (shares.clamp(0, 1) * 255 + 0.5).to(torch.uint8)


def _shares(values: Tensor) -> Tensor:
    return values.float() / 255


def prepare(
    logs: Sequence[Path], cache: Path, *, hold_out: int, max_splats: int, times: int, lidar_share: float
) -> list[Path]:
    """Samples of logs, made once and kept in a folder; logs that cannot be used are left out with a warning.

    Args:
        logs: folders that `open_log` reads.
        cache: folder of the samples.
        hold_out: of every so many images the last is a target and never looked at.
        max_splats: budget of the lifted scenes.
        times: at most so many images of each camera are looked at.
        lidar_share: of all logs, how many keep their lidar; the others learn to do without.
    """
    found: list[Path] = []
    for number, folder in enumerate(logs):
        with_lidar = (number + 1) * lidar_share // 1 > number * lidar_share // 1
        path = cache / f"{folder.name}.{'lidar' if with_lidar else 'cameras'}.safetensors"
        if not path.exists():
            try:
                log = open_log(folder)
                log = log if with_lidar else replace(log, lidar=None)
                seed = crc32(folder.name.encode())
                sample = sample_of(log, hold_out=hold_out, max_splats=max_splats, times=times, seed=seed)
                save_sample(sample, path)
            except (UserError, ValueError) as error:
                logger.warning("a log is left out of the training: %s", error)
                continue
        found.append(path)
    return found
