"""One colour per actor class: pictures, plan view, outliner and inspector agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.logs.classes import ActorClass

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

Rgb = tuple[int, int, int]

# Bright enough on a dark street, dark enough on a light plan; vehicles blue to violet, people warm, things grey.
CLASS_RGB: dict[ActorClass, Rgb] = {
    ActorClass.CAR: (56, 163, 255),
    ActorClass.VAN: (38, 198, 206),
    ActorClass.TRUCK: (122, 110, 255),
    ActorClass.BUS: (186, 104, 255),
    ActorClass.TRAILER: (112, 140, 216),
    ActorClass.MOTORCYCLE: (255, 92, 168),
    ActorClass.BICYCLE: (62, 201, 110),
    ActorClass.PEDESTRIAN: (255, 152, 48),
    ActorClass.ANIMAL: (204, 146, 92),
    ActorClass.CONE: (255, 112, 82),
    ActorClass.BARRIER: (218, 178, 60),
    ActorClass.DEBRIS: (164, 150, 136),
    ActorClass.OTHER: (150, 162, 176),
}
EGO_RGB: Rgb = (255, 196, 0)
SELECTED_RGB: Rgb = (255, 255, 255)
AXES_RGB: tuple[Rgb, Rgb, Rgb] = ((240, 86, 78), (112, 196, 74), (84, 142, 255))  # x, y, z


def class_colour(actor_class: ActorClass) -> QColor:
    from PySide6.QtGui import QColor  # not above: pictures drawn on a machine without Qt's libraries use the table

    return QColor(*CLASS_RGB[actor_class])
