"""Names and icons that people read, for what a log knows by id."""

from __future__ import annotations

from core.logs import ActorClass
from widgets.selection import EGO, LIDAR, LOG, MAP, camera_name

CLASS_ICONS: dict[ActorClass, str] = {
    ActorClass.CAR: "car-side",
    ActorClass.VAN: "van-utility",
    ActorClass.TRUCK: "truck",
    ActorClass.BUS: "bus-side",
    ActorClass.TRAILER: "truck-trailer",
    ActorClass.MOTORCYCLE: "motorbike",
    ActorClass.BICYCLE: "bicycle",
    ActorClass.PEDESTRIAN: "walk",
    ActorClass.ANIMAL: "dog-side",
    ActorClass.CONE: "traffic-cone",
    ActorClass.BARRIER: "boom-gate",
    ActorClass.DEBRIS: "package-variant",
    ActorClass.OTHER: "cube-outline",
}

CLASS_TITLES: dict[ActorClass, str] = {
    ActorClass.CAR: "Cars",
    ActorClass.VAN: "Vans",
    ActorClass.TRUCK: "Trucks",
    ActorClass.BUS: "Buses",
    ActorClass.TRAILER: "Trailers",
    ActorClass.MOTORCYCLE: "Motorcycles",
    ActorClass.BICYCLE: "Bicycles",
    ActorClass.PEDESTRIAN: "Pedestrians",
    ActorClass.ANIMAL: "Animals",
    ActorClass.CONE: "Cones",
    ActorClass.BARRIER: "Barriers",
    ActorClass.DEBRIS: "Debris",
    ActorClass.OTHER: "Other actors",
}


def stream_title(stream_name: str) -> str:
    """`CAM_FRONT_LEFT` and `front_left_camera` as people write them."""
    words = stream_name.replace("_", " ").lower().split()
    kept = [word for word in words if word not in ("cam", "camera")]
    return " ".join(kept or words).capitalize()


def title_of(selected: str) -> str:
    """The name of anything that can be selected but an actor; its id if nothing else is known."""
    camera = camera_name(selected)
    if camera is not None:
        return stream_title(camera)
    fixed = {EGO: "Ego", LIDAR: "Lidar", LOG: "Log", MAP: "Lane map"}
    return fixed.get(selected, selected)
