"""Fuzzy search, formats, names, messages, theme."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from synthetic_drive import small_drive

from core.logs import ActorClass
from core.logs.names import actor_names
from resources.icons import icon_codepoints
from widgets.class_colours import CLASS_RGB
from widgets.formats import counted, parse_time, speed, time_text
from widgets.fuzzy import fuzzy_score
from widgets.names import CLASS_ICONS, CLASS_TITLES, stream_title
from widgets.theme import DARK, LIGHT, ThemeMode, ThemeSwitch, icon, tokens
from widgets.toasts import Severity, ToastStack


def best(query: str, *titles: str) -> str:
    scored = [(fuzzy_score(query, title), title) for title in titles]
    return max((score, title) for score, title in scored if score is not None)[1]


def test_fuzzy_search_prefers_what_people_mean() -> None:
    assert best("fra", "Next frame", "Frame everything", "Shuttle forwards") == "Frame everything"
    assert best("ol", "Tool tip", "Open log…") == "Open log…"
    assert best("mark", "Previous mark", "Command palette") == "Previous mark"
    assert fuzzy_score("xyz", "Open log…") is None
    assert fuzzy_score("", "anything") == 0.0


@pytest.mark.parametrize(
    ("t_s", "text"), [(0.0, "0:00.000"), (3.2, "0:03.200"), (62.0456, "1:02.046"), (-1.5, "-0:01.500")]
)
def test_times_line_up(t_s: float, text: str) -> None:
    assert time_text(t_s) == text


@pytest.mark.parametrize(
    ("text", "t_s"),
    [("3.2", 3.2), ("3,2 s", 3.2), (" 1:02.5 ", 62.5), ("7.", 7.0), ("", None), ("soon", None), ("1:2:3", None)],
)
def test_typed_times_are_understood(text: str, t_s: float | None) -> None:
    assert parse_time(text) == t_s


def test_values_carry_units() -> None:
    assert speed(10.0) == "10.0 m/s (36 km/h)"
    assert speed(-0.001) == "0.0 m/s (0 km/h)"
    assert counted(1, "camera") == "1 camera"
    assert counted(6, "camera") == "6 cameras"


def test_names_are_for_people() -> None:
    assert stream_title("CAM_FRONT_LEFT") == stream_title("front_left_camera") == "Front left"
    assert stream_title("camera") == "Camera"
    assert actor_names(small_drive()) == {"car": "Car 1", "follower": "Car 2", "walker": "Pedestrian 1"}


def test_every_class_has_a_colour_a_title_and_an_icon() -> None:
    for actor_class in ActorClass:
        assert CLASS_ICONS[actor_class] in icon_codepoints()
        assert CLASS_TITLES[actor_class]
    assert len(set(CLASS_RGB.values())) == len(ActorClass)


def test_icons_follow_the_theme(qtbot: QtBot) -> None:
    switch = ThemeSwitch(QApplication.instance(), ThemeMode.DARK)
    sign = icon("play")

    def lightest() -> int:
        image = sign.pixmap(QSize(24, 24)).toImage()
        colours = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        return max(colour.lightness() for colour in colours if colour.alpha() > 250)

    bright = lightest()
    switch.set_mode(ThemeMode.LIGHT)
    assert lightest() < 80 < bright


def test_tokens_are_told_from_any_widget(qtbot: QtBot) -> None:
    switch = ThemeSwitch(QApplication.instance(), ThemeMode.DARK)
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    assert tokens(widget.palette()) is DARK
    with qtbot.waitSignal(switch.changed):
        switch.set_mode(ThemeMode.LIGHT)
    assert tokens(widget.palette()) is LIGHT


def test_the_theme_follows_the_system_until_one_is_chosen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    switch = ThemeSwitch(app, ThemeMode.SYSTEM)
    desktop = app.styleHints()
    # Without a desktop, as under Xvfb, the scheme cannot be set: only what it says is stood in for.
    monkeypatch.setattr(switch, "_system", lambda: LIGHT)
    desktop.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert tokens(app.palette()) is LIGHT
    switch.set_mode(ThemeMode.DARK)
    desktop.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert tokens(app.palette()) is DARK
    switch.set_mode(ThemeMode.SYSTEM)
    assert tokens(app.palette()) is LIGHT


def test_a_message_said_twice_is_shown_once(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    stack = ToastStack(window, window)
    window.show()
    stack.say(Severity.ERROR, "It broke", "file.json", "Mend it.")
    stack.say(Severity.ERROR, "It broke", "file.json", "Mend it.")
    stack.say(Severity.WARNING, "Look here")
    assert [toast.text for toast in stack.toasts] == ["It broke\nfile.json\nMend it.", "Look here"]
    assert window.rect().contains(stack.geometry())
