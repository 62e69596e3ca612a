"""The line below a control: what its value means or, in another colour, why it cannot be used."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from widgets.elements import line_label


def remark_label() -> QLabel:
    return line_label()


def remark(shown: QLabel, text: str, *, bad: bool = False) -> None:
    if shown.text() != text:
        shown.setText(text)
    if shown.property("danger") != bad:
        shown.setProperty("danger", bad)
        shown.setProperty("muted", not bad)
        shown.style().unpolish(shown)
        shown.style().polish(shown)
