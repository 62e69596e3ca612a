"""Run by itself: does work with compiled kernels in a fresh process, and prints what they had to do for it."""

import dataclasses
import json
import pkgutil
import sys
from importlib import import_module
from typing import Any

from numba.core.registry import CPUDispatcher


def main(work: str) -> None:
    facts = {"warm_up": of_warm_up, "city": of_city, "after_warm_up": after_warm_up}[work]()
    print(json.dumps(facts))  # noqa: T201


def of_warm_up() -> dict[str, int]:
    warm_up()
    return counts(splats_and_lift())


def of_city() -> dict[str, int]:
    from core.city import CityDrive, CitySpec

    spec = CitySpec(seconds=0.2, rig="front1", width=16, height=16, samples=1, lidar=True)
    drive = CityDrive(spec)
    drive.render_all(0.0)
    drive.sweep(0.0)
    return counts(kernels("core.city.kernels"))


def after_warm_up() -> dict[str, list[str]]:
    """Kernels that are compiled, or loaded, for kinds of arrays that the warm-up did not think of."""
    warm_up()
    known = splats_and_lift()
    before = {name: set(kernel.signatures) for name, kernel in known.items()}
    lift_and_draw()
    train()
    new = {name: [str(one) for one in set(kernel.signatures) - before[name]] for name, kernel in known.items()}
    return {name: signatures for name, signatures in new.items() if signatures}


def warm_up() -> None:
    from core.splats.warm_up import warm_up as warm_up_splats
    from core.worldrec.lift.warm_up import warm_up as warm_up_lift

    warm_up_splats()
    warm_up_lift()


def lift_and_draw() -> None:
    from lift_street import street

    from core.engine.jobs.render import draw
    from core.geometry import FisheyeCamera, PinholeCamera, Pose
    from core.splats.sorting import back_to_front
    from core.worldrec.lift import lift

    log = street()
    lift(dataclasses.replace(log, lidar=None), max_splats=2000)
    scene = lift(log, max_splats=2000)
    cloud = scene.at(0.3)
    bent = PinholeCamera(60, 40, 45.0, 45.0, 29.5, 19.5, (0.1, 0.0, 0.0, 0.0))
    for camera in (log.cameras[0].camera, bent, FisheyeCamera(48, 48, 20.0, 20.0, 23.5, 23.5, (0.0, 0.0, 0.0, 0.0))):
        draw(cloud, scene.sky, camera, Pose.identity(), ("rgb", "depth_m", "alpha"))
    back_to_front(cloud.means_m, Pose.identity().matrix)


def train() -> None:
    import torch
    from raster_scenes import scattered

    from core.splats.torch_rasteriser import splat

    scene = scattered(1)
    names = "means", "quaternions", "scales", "opacities", "colours", "features", "camera_from_world", "background"
    for dtype in (torch.float32, torch.float64):
        given: dict[str, Any] = {
            name: torch.tensor(array, dtype=dtype, requires_grad=True)
            for name, array in zip(names, scene.arrays, strict=True)
        }
        shown = splat(**given, intrinsics=torch.tensor(scene.intrinsics), width=scene.width, height=scene.height)
        assert shown.features is not None
        (shown.rgb.sum() + shown.depth_m.sum() + shown.alpha.sum() + shown.features.sum()).backward()


def splats_and_lift() -> dict[str, Any]:
    return kernels("core.splats.kernels", "core.worldrec.lift.kernels")


def kernels(*packages: str) -> dict[str, Any]:
    """All that the modules of packages define, by name."""
    names = [f"{package}.{found.name}" for package in packages for found in pkgutil.iter_modules(path_of(package))]
    found = [(name, value) for name in names for value in vars(import_module(name)).values()]
    return {
        f"{name}.{value.py_func.__name__}": value
        for name, value in found
        if isinstance(value, CPUDispatcher) and value.py_func.__module__ == name
    }


def path_of(package: str) -> Any:
    return import_module(package).__path__


def counts(used: dict[str, Any]) -> dict[str, int]:
    stats = [kernel.stats for kernel in used.values()]
    return {
        "loaded": sum(sum(each.cache_hits.values()) for each in stats),
        "compiled": sum(sum(each.cache_misses.values()) for each in stats),
    }


if __name__ == "__main__":
    main(sys.argv[1])
