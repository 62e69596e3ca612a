"""What kinds of road user there are, and which class of actor and pixel each belongs to."""

from __future__ import annotations

from enum import StrEnum

from core.city.surfaces import Label
from core.logs import ActorClass

STANDING = -1.0  # the phase of an actor that stands still instead of walking


class ActorKind(StrEnum):
    CAR = "car"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    CYCLIST = "cyclist"
    PEDESTRIAN = "pedestrian"
    DOG = "dog"
    CAT = "cat"
    DEER = "deer"
    CONE = "cone"
    BARRIER = "barrier"
    DEBRIS = "debris"


_CLASSES = {
    ActorKind.CYCLIST: ActorClass.BICYCLE,
    ActorKind.DOG: ActorClass.ANIMAL,
    ActorKind.CAT: ActorClass.ANIMAL,
    ActorKind.DEER: ActorClass.ANIMAL,
}


def actor_class(kind: ActorKind) -> ActorClass:
    """The class that a log states for this kind; kinds without one of their own share one (a dog is an animal)."""
    return _CLASSES.get(kind) or ActorClass(kind.value)


def actor_label(kind: ActorKind) -> Label:
    """The semantic class of the actor's pixels."""
    return Label[actor_class(kind).name]
