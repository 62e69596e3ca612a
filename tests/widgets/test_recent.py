"""Recent answers are remembered, and let go of."""

from widgets.camera_panel.recent import Recent


def test_recent_answers_are_let_go_of_little_by_little() -> None:
    recent: Recent[str] = Recent(10)
    for number in range(5):
        recent.put(number, str(number))
    recent.known(0)
    assert recent.forget(3)
    assert [number for number in range(5) if recent.known(number) is not None] == [0, 4]
    assert not recent.forget(3)
    assert recent.known(0) is None
