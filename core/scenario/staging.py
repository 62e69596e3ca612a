"""The splats of a scene after all edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from core.errors import UserError
from core.scenario.actors import CopyOf, OfAsset
from core.scenario.cleaning import CleanedSplats, cleaned_splats
from core.scenario.memo import Memo
from core.scenario.movement import Movement
from core.scene import Actor, Asset, Scene

AssetLoader = Callable[[str], Asset]
"""Loads the asset of a hash; raises UserError."""


class Staging:
    """Puts the splats that are left of a scene, and those of inserted actors, where their tracks are."""

    def __init__(self, scene: Scene, movement: Movement, load_asset: AssetLoader | None, memo: Memo) -> None:
        self.unedited, self.movement = scene, movement
        self._load_asset, self._memo = load_asset, memo
        self._known = {actor.track.id: actor for actor in scene.actors}
        self._last_number = max((actor.number for actor in scene.actors), default=0)

    @cached_property
    def scene(self) -> Scene:
        found = [self._actor(name) for name in self.movement.present]
        present = tuple(actor for actor in found if actor is not None)
        return replace(self.unedited, static=self._cleaned.static, actors=present, licence=self._licence())

    @cached_property
    def warnings(self) -> list[str]:
        """Clean-ups and assets that cannot be had."""
        assets = [self._asset(origin.asset) for _, origin in self._assets if origin.asset is not None]
        return [*self._cleaned.warnings, *(str(asset) for asset in assets if isinstance(asset, UserError))]

    @cached_property
    def _cleaned(self) -> CleanedSplats:
        scene, cleanups = self.unedited, self.movement.scenario.cleanups
        in_order = [cleanups[number] for number in sorted(cleanups)]
        return self._memo.get("cleaned", (scene, *in_order), lambda: cleaned_splats(scene, in_order, self._memo))

    @property
    def _assets(self) -> list[tuple[str, OfAsset]]:
        rows = ((name, inserted.origin) for name, inserted in self.movement.inserted)
        return [(name, origin) for name, origin in rows if isinstance(origin, OfAsset)]

    def _licence(self) -> str:
        own = self.unedited.licence
        further = [(name, origin.licence) for name, origin in self._assets if origin.licence not in own]
        return "; ".join([own, *(f"{self.movement.name(name)}: {licence}" for name, licence in further)])

    def _actor(self, actor_id: str) -> Actor | None:
        """None for one that has no splats."""
        inserted = self.movement.scenario.actor(actor_id).inserted
        origin = CopyOf(actor=actor_id) if inserted is None else inserted.origin
        if isinstance(origin, OfAsset):
            asset = None if origin.asset is None else self._asset(origin.asset)
            if not isinstance(asset, Asset):
                return None
            cloud, coverage = asset.cloud, asset.coverage
        elif origin.actor in self._known:
            cloud, coverage = self._cleaned.actors[origin.actor], self._known[origin.actor].coverage
        else:
            return None
        number = self._known[actor_id].number if inserted is None else self._last_number + inserted.serial
        track = self.movement.track(actor_id)
        made_of = (track, cloud, coverage)
        return self._memo.get(("actor", number), made_of, lambda: Actor(number, track, cloud, coverage))

    def _asset(self, content: str) -> Asset | UserError | None:
        """An asset, or why it cannot be had; None where nobody can load any."""
        load = self._load_asset

        def loaded() -> Asset | UserError | None:
            try:
                return None if load is None else load(content)
            except UserError as error:
                return error

        return self._memo.get(("asset", content), (load,), loaded)
