"""Templates in the window: a card with their parameters over the view, and the motion shown while they are set."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.templates import Occasion, Template
from core.errors import UserError
from core.scenario import EgoPath
from widgets.parameter_card import ParameterCard, Values
from widgets.path_model import PathModel

if TYPE_CHECKING:
    from app.main_window import MainWindow


class TemplatesController(QObject):
    """Opens one card at a time; whatever else is edited or selected closes it."""

    def __init__(self, window: MainWindow, paths: PathModel) -> None:
        super().__init__(window)
        self._window = window
        self._paths = paths
        self.card: ParameterCard | None = None
        window.selection.changed.connect(self.close)
        window.scenario.history_changed.connect(self.close)

    def fits(self, template: Template) -> bool:
        """Whether it is one for what is selected."""
        shown = self._paths.shown
        return shown is not None and template.fits(shown.who)

    def open(self, template: Template) -> None:
        self.close()
        shown, drive = self._paths.shown, self._window.scenario.drive
        if shown is None or drive is None:
            return
        t_s = min(max(self._window.playback.t_s, float(shown.t_s[0])), float(shown.t_s[-1]))
        occasion = Occasion(drive, shown, self._paths.settled_motion, t_s)
        card = ParameterCard(template.text.removesuffix("…"), template.parameters(occasion), self._window.centre)
        card.changed.connect(partial(self._try, template, occasion))
        card.accepted.connect(partial(self._settle, template, occasion))
        card.cancelled.connect(self.close)
        self.card = card
        card.open()

    def close(self) -> None:
        """Take the card away; what it tried is forgotten."""
        card, self.card = self.card, None
        if card is None:
            return
        card.hide()
        card.deleteLater()
        self._paths.drop()
        self._window.centre.current.setFocus()

    def _try(self, template: Template, occasion: Occasion, values: Values) -> None:
        motion = self._made(template, occasion, values)
        if motion is None:
            self._paths.drop()
        else:
            self._paths.attempt(motion)
            self._tell_warning(occasion)

    def _settle(self, template: Template, occasion: Occasion, values: Values) -> None:
        motion = self._made(template, occasion, values)
        if motion is not None:
            self._paths.settle(template.text.removesuffix("…"), motion)

    def _made(self, template: Template, occasion: Occasion, values: Values) -> EgoPath | None:
        """The motion; None where there is none, and then the card says why."""
        assert self.card is not None
        try:
            motion = template.motion(occasion, values)
        except UserError as error:
            self.card.tell(f"{error.what}. {error.remedy or ''}".strip())
            return None
        self.card.tell("")
        return motion

    def _tell_warning(self, occasion: Occasion) -> None:
        """Some bends are found to be impossible only where they meet the lanes."""
        drive, card = self._window.scenario.drive, self.card
        if drive is None or card is None:
            return
        new = [warning for warning in drive.warnings if warning not in occasion.drive.warnings]
        card.tell(new[0] if new else "")
