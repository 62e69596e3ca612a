"""What draws splats, whoever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import SignalInstance

from widgets.viewport.splat_world import SplatRequest, SplatWorld

WorldMaker = Callable[[], SplatWorld]


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

    def splats(self) -> object | None:
        """What there is to be drawn now, a new object whenever that changes; None before there is anything."""

    def shown(self) -> SplatRequest | None:
        """What `splats` shows, if everything else had better be drawn likewise."""

    @property
    def settled(self) -> bool:
        """Whether `splats` answers the latest request."""

    def textures(self, splats: Any) -> SplatTextures:
        """What `splats` answered, drawn with OpenGL; to be called in the thread of its context."""

    def close(self) -> None:
        """End all threads."""
