"""The small picture of an actor's seen sides."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from core.logs import ActorClass
from core.scene.coverage import SIDES, Coverage
from widgets.seen_sides import draw_sides
from widgets.theme import DARK, LIGHT, Tokens

PLACES = {"front": (50, 8), "back": (50, 194), "left": (6, 110), "right": (94, 110), "top": (50, 120)}
"""Where each side lies in a picture of a car, 100 × 200 pixels."""


def coverage(**px_per_m: float) -> Coverage:
    values = Coverage.nothing().px_per_m.copy()
    for name, value in px_per_m.items():
        rows, columns = SIDES[name]
        values[rows, columns] = value
    return Coverage(values)


def drawn(shown: Coverage, actor_class: ActorClass = ActorClass.CAR, theme: Tokens = DARK) -> QImage:
    image = QImage(100, 200, QImage.Format.Format_RGB32)
    image.fill(theme.colour("base"))
    painter = QPainter(image)
    draw_sides(painter, QRectF(0, 0, 100, 200), shown, actor_class, theme)
    painter.end()
    return image


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("name", SIDES)
def test_a_seen_side_is_coloured_and_the_others_are_not(qtbot: QtBot, name: str, theme: Tokens) -> None:
    image = drawn(coverage(**{name: 50.0}), theme=theme)
    for side, place in PLACES.items():
        expected = theme.colour("success" if side == name else "strong_border")
        assert image.pixelColor(*place) == expected, side


def test_a_coarsely_seen_side_is_paler(qtbot: QtBot) -> None:
    image = drawn(coverage(left=8.0, right=50.0, back=2.0))
    left, right, back = (image.pixelColor(*PLACES[name]) for name in ("left", "right", "back"))
    assert DARK.colour("strong_border").green() < left.green() < right.green()
    assert back == DARK.colour("strong_border")


def test_a_car_and_a_walker_look_unlike(qtbot: QtBot) -> None:
    seen = coverage(front=50.0)
    car, walker = drawn(seen), drawn(seen, ActorClass.PEDESTRIAN)
    assert car.pixelColor(50, 194) != DARK.colour("base")
    assert walker.pixelColor(50, 194) == DARK.colour("base")
    assert walker.pixelColor(50, 62) == DARK.colour("success")


def test_it_stays_inside_its_place(qtbot: QtBot) -> None:
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    for actor_class in ActorClass:
        draw_sides(painter, QRectF(20, 20, 13, 26), coverage(front=50.0, left=9.0, top=50.0), actor_class, DARK)
    painter.end()
    pixels = np.array([[image.pixelColor(x, y).value() for x in range(60)] for y in range(60)])
    assert pixels[22:44, 22:31].max() > 0
    pixels[20:46, 20:33] = 0
    assert pixels.max() == 0
