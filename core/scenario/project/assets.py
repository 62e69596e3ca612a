"""The assets of a project: each in a folder that is called like the hash of its content, so it is there once."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.actors import OfAsset
from core.scenario.project.files import sync_content, sync_folder, unwritable
from core.scene import Actor, Asset, load_asset, save_asset
from core.scene.assets import SPLATS, WHAT

FOLDER = "assets"


class AssetStore:
    """Keeps assets, and loads each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._loaded: dict[str, Asset] = {}

    def add(self, asset: Asset) -> OfAsset:
        """Keep an asset; one of the same content is there once.

        Raises:
            UserError: it cannot be written, or has no splats.
        """
        still = PoseTrack([0], Pose.from_heading([0.0], [[0.0, 0.0, 0.0]]))
        track = Track(
            id=asset.name,
            actor_class=asset.actor_class,
            source_label=asset.source_label,
            poses=still,
            size_m=asset.size_m,
            attributes=asset.attributes,
        )
        actor = Actor(1, track, asset.cloud, asset.coverage)
        return self._keep(lambda folder: save_asset(actor, folder, licence=asset.licence, source=asset.source))

    def add_files(self, files: dict[str, bytes]) -> OfAsset:
        """Keep an asset that comes as the content of its files, by name.

        Raises:
            UserError: it cannot be written, or is damaged.
        """

        def write(folder: Path) -> None:
            folder.mkdir(parents=True)
            for name in (WHAT, SPLATS):
                (folder / name).write_bytes(files.get(name, b""))

        return self._keep(write)

    def add_folder(self, folder: str | Path) -> OfAsset:
        """Keep a copy of an asset of a library.

        Raises:
            UserError: it cannot be read or written, or is damaged.
        """
        return self.add_files(asset_files(Path(folder)))

    def files(self, content: str) -> dict[str, bytes]:
        """What `add_files` takes.

        Raises:
            UserError: there is no such asset, or it cannot be read.
        """
        return asset_files(self.folder / content)

    def load(self, content: str) -> Asset:
        """
        Raises:
            UserError: there is no such asset, or it is damaged.
        """
        if content not in self._loaded:
            self._loaded[content] = load_asset(self.folder / content)
        return self._loaded[content]

    def _keep(self, write: Callable[[Path], object]) -> OfAsset:
        beside = self.folder / f"new-{uuid.uuid4().hex}"
        try:
            write(beside)
            asset = load_asset(beside)
            sync_content(beside)
            content = _content_hash(beside)
            if not (self.folder / content).is_dir():
                beside.rename(self.folder / content)
                sync_folder(self.folder)
        except OSError as error:
            raise unwritable(error, self.folder) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return _reference(content, asset)


def asset_files(folder: Path) -> dict[str, bytes]:
    """The files of an asset by name.

    Raises:
        UserError: one is missing or cannot be read.
    """
    try:
        return {name: (folder / name).read_bytes() for name in (WHAT, SPLATS)}
    except OSError as error:
        raise UserError(f"The asset cannot be read ({error.strerror})", path=folder) from error


def _reference(content: str, asset: Asset) -> OfAsset:
    return OfAsset(
        asset=content,
        name=asset.name,
        actor_class=asset.actor_class,
        source_label=asset.source_label,
        size_m=asset.size_m,
        licence=asset.licence,
        source=asset.source,
        attributes=asset.attributes,
    )


def _content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (WHAT, SPLATS):
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()[:16]
