"""Which sources each cell shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Self

from widgets.camera_panel.sources import Source


class Shown(NamedTuple):
    """What a cell shows, and what is right of the line of its wipe."""

    source: Source = Source.RECORDING
    wiped: Source | None = None

    @property
    def title(self) -> str:
        return self.source.title if self.wiped is None else f"{self.source.title} | {self.wiped.title}"

    def showing(self, source: Source) -> Shown:
        """Another source; choosing what is wiped swaps the two."""
        return self if source is self.source else Shown(source, self.source if source is self.wiped else self.wiped)

    def wiped_with(self, other: Source | None) -> Shown:
        """Wiped with another source; None, the same or what it is wiped with already: no more."""
        return Shown(self.source, None if other in self else other)


class ShownSources:
    """What all cells show, and what some show instead."""

    def __init__(self) -> None:
        self.common = Shown()
        self._own: dict[str, Shown] = {}

    def __getitem__(self, camera: str) -> Shown:
        return self._own.get(camera, self.common)

    @property
    def own(self) -> Mapping[str, Shown]:
        """Of the cells that show something else than the others."""
        return self._own

    def set(self, shown: Shown, camera: str | None = None) -> None:
        """Let one cell show something, or all that show nothing of their own."""
        if camera is None:
            self.common = shown
        else:
            self._own[camera] = shown
        self._own = {name: own for name, own in self._own.items() if own != self.common}

    def show_same(self) -> None:
        """Let all cells show the same."""
        self._own = {}

    def in_words(self) -> dict[str, list[str]]:
        """The own ones as settings keep them: source, and what it is wiped with."""
        return {name: [source.name for source in own if source is not None] for name, own in self._own.items()}

    @classmethod
    def from_words(cls, words: Mapping[str, list[str]]) -> Self:
        """The same again; what cannot be understood shows what the others do."""
        made = cls()
        for camera, names in words.items():
            if names and all(name in Source.__members__ for name in names[:2]):
                made.set(Shown(*(Source[name] for name in names[:2])), camera)
        return made
