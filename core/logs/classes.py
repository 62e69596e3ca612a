"""The classes that actors have here, whatever a data set calls them."""

from enum import StrEnum


class ActorClass(StrEnum):
    CAR = "car"
    VAN = "van"
    TRUCK = "truck"
    BUS = "bus"
    TRAILER = "trailer"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    PEDESTRIAN = "pedestrian"
    ANIMAL = "animal"
    CONE = "cone"
    BARRIER = "barrier"
    DEBRIS = "debris"
    OTHER = "other"
