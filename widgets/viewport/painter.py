"""What draws splats, whoever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from widgets.viewport.splat_world import SplatRequest, SplatWorld


@dataclass(frozen=True, eq=False)
class SplatTextures:
    """A picture of splats on the graphics card, premultiplied; the depth is its red divided by its alpha."""

    colours: Any
    depths: Any


class SplatPainter(Protocol):
    """Draws the splats of one world at a time. `changed` says that drawing again would show something new."""

    @property
    def changed(self) -> SignalInstance: ...

    def set_world(self, make: WorldMaker | None) -> None:
        """Another world, made off the GUI thread by a call of `make`; none if None."""

    def ask(self, request: SplatRequest) -> None:
        """What is to be seen from now on."""

    def textures(self) -> SplatTextures | None:
        """What there is to be seen, drawn with OpenGL, in a current context; None before the first picture."""

    def shown(self) -> SplatRequest | None:
        """What the picture of `textures` shows, if everything else had better be drawn likewise."""

    @property
    def settled(self) -> bool:
        """Whether the latest request is shown."""

    @property
    def ready(self) -> bool:
        """Whether there is a first picture."""

    @property
    def version(self) -> object:
        """Something else whenever `textures` would show something else."""

    def close(self) -> None:
        """End all threads."""


class WorldMaker(Protocol):
    def __call__(self) -> SplatWorld: ...
