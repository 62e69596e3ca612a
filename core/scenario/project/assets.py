"""The assets of a project: each in a folder that is called like the hash of its content, so it is there once."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

from core.errors import UserError
from core.geometry import Pose, PoseTrack
from core.logs import Track
from core.scenario.actors import OfAsset
from core.scenario.project.files import unwritable
from core.scene import Actor, Asset, load_asset, save_asset
from core.scene.assets import SPLATS, WHAT
from core.whole_files import sync_content, sync_folder

FOLDER = "assets"
NAMES = (WHAT, SPLATS)


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
        return self.add_files(files_of(asset))

    def add_files(self, files: dict[str, bytes]) -> OfAsset:
        """Keep an asset that comes as the content of its files, by name.

        Raises:
            UserError: it cannot be written, or is damaged.
        """
        content = content_hash(files)
        beside = self.folder / f"new-{uuid.uuid4().hex}"
        try:
            beside.mkdir(parents=True)
            for name in NAMES:
                (beside / name).write_bytes(files.get(name, b""))
            asset = load_asset(beside)
            if not (self.folder / content).is_dir():
                sync_content(beside)
                beside.rename(self.folder / content)
                sync_folder(self.folder)
        except OSError as error:
            raise unwritable(error, self.folder) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return reference_to(asset, content)

    def add_folder(self, folder: str | Path) -> OfAsset:
        """Keep a copy of an asset of a library.

        Raises:
            UserError: it cannot be read or written, or is damaged.
        """
        return self.add_files(read_files(Path(folder)))

    def files(self, content: str) -> dict[str, bytes]:
        """What `add_files` takes.

        Raises:
            UserError: there is no such asset, or it cannot be read.
        """
        return read_files(self.folder / content)

    def load(self, content: str) -> Asset:
        """
        Raises:
            UserError: there is no such asset, or it is damaged.
        """
        if content not in self._loaded:
            self._loaded[content] = load_asset(self.folder / content)
        return self._loaded[content]


def files_of(asset: Asset) -> dict[str, bytes]:
    """The files of an asset by name, as `save_asset` would write them.

    Raises:
        UserError: it has no splats.
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
    with tempfile.TemporaryDirectory() as folder:
        return read_files(save_asset(actor, folder, licence=asset.licence, source=asset.source))


def read_files(folder: Path) -> dict[str, bytes]:
    """The files of an asset by name.

    Raises:
        UserError: one is missing or cannot be read.
    """
    try:
        return {name: (folder / name).read_bytes() for name in NAMES}
    except OSError as error:
        raise UserError(f"The asset cannot be read ({error.strerror})", path=folder) from error


def reference_to(asset: Asset, content: str | None) -> OfAsset:
    """What a document says of an asset whose files have a hash, or that has no splats."""
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


def content_hash(files: Mapping[str, bytes]) -> str:
    """16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in NAMES:
        digest.update(hashlib.sha256(files.get(name, b"")).digest())
    return digest.hexdigest()[:16]
