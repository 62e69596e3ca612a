"""What the asset library offers: actors of the open scene, road users of the city, assets on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from core.errors import UserError
from core.scenario import EditedDrive
from core.scene import Asset, asset_of
from widgets.library import LibraryItem
from widgets.library.items import Shelf

if TYPE_CHECKING:
    from core.scenario.project.assets import AssetStore

MOST_OF_SCENE = 40
LEAST_SEEN = 0.08  # of an actor's surface, to be worth offering


@dataclass(frozen=True, eq=False)
class Offer:
    item: LibraryItem
    make: Callable[[], Asset]


def scene_offers(drive: EditedDrive | None) -> Iterator[Offer]:
    """The actors of a drive's scene that were seen well enough, best first."""
    scene = None if drive is None else drive.unedited_scene
    if drive is None or scene is None:
        return
    seen = [(actor.coverage.share, actor) for actor in scene.actors if len(actor.cloud) and actor.coverage is not None]
    seen = sorted((row for row in seen if row[0] >= LEAST_SEEN), key=lambda row: -row[0])
    for _, actor in seen[:MOST_OF_SCENE]:
        asset = replace(asset_of(scene, actor), name=drive.name(actor.track.id))
        yield Offer(_item(f"scene/{actor.track.id}", Shelf.SCENE, asset), partial(_same, asset))


def city_offers() -> Iterator[Offer]:
    from core.city.assets import CITY_ASSETS, city_asset

    for kind, seed in CITY_ASSETS:
        asset = city_asset(kind, seed)
        yield Offer(_item(f"city/{asset.name}", Shelf.CITY, asset), partial(_same, asset))


def disk_offers(store: AssetStore) -> Iterator[Offer]:
    """What was kept earlier; a damaged one is left out."""
    folders = sorted(store.folder.glob("*/")) if store.folder.is_dir() else []
    for content in (folder.name for folder in folders):
        try:
            yield Offer(_item(f"disk/{content}", Shelf.DISK, store.load(content)), partial(store.load, content))
        except UserError:
            continue


def _same(asset: Asset) -> Asset:
    return asset


def _item(item_id: str, shelf: Shelf, asset: Asset) -> LibraryItem:
    return LibraryItem(item_id, asset.name, shelf, asset.actor_class, asset.size_m, asset.coverage, asset.licence)
