"""The pictures of a SOG file, from a folder or a zip file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.splats.files.format import CUT_SHORT, EXPORT_AGAIN
from core.splats.files.webp import webp_size

META = "meta.json"
_LIMIT_BYTES = 1 << 29
_LARGEST_PALETTE = 1 << 21
_ROUNDING = 1 << 16


class Pictures:
    """Reads members by name, from the folder or archive that holds `meta.json`."""

    def __init__(self, path: Path, folder: Path | None, archive: zipfile.ZipFile | None, prefix: str = "") -> None:
        self.path = path
        self._folder = folder
        self._archive = archive
        self._prefix = prefix

    def meta(self) -> bytes:
        return self._content(META)

    def palette(self, name: str) -> NDArray[np.uint8]:
        """Pixels (height, width, 4) in the order red, green, blue, alpha.

        Raises:
            UserError: missing, outside the folder, no WebP picture, or far too large.
        """
        return self._picture(name, least_pixels=1, most_pixels=_LARGEST_PALETTE)

    def rows(self, name: str, count: int) -> NDArray[np.uint8]:
        """The first pixels (count, 4), row by row.

        Raises:
            UserError: as `palette`, or the picture has fewer pixels.
        """
        pixels = self._picture(name, least_pixels=count, most_pixels=2 * count + _ROUNDING)
        return pixels.reshape(-1, 4)[:count]

    def _picture(self, name: str, *, least_pixels: int, most_pixels: int) -> NDArray[np.uint8]:
        data = self._content(name)
        width, height = webp_size(data) or (0, 0)
        # A few bytes of WebP can unfold to a gigabyte, so the size is looked at first.
        if width * height and not least_pixels <= width * height <= most_pixels:
            raise UserError(
                f"A picture has {width} × {height} pixels, which does not fit the number of splats",
                path=self.path,
                field=name,
                remedy=CUT_SHORT,
            )
        import cv2  # loads slowly, and only this format needs it

        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if width * height else None
        if image is None or image.shape[:2] != (height, width) or image.ndim != 3:
            raise UserError("A picture of splats cannot be decoded", path=self.path, field=name, remedy=CUT_SHORT)
        # Files of opaque pictures come without alpha.
        code = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGBA
        return np.asarray(cv2.cvtColor(image, code), np.uint8)

    def _content(self, name: str) -> bytes:
        if name != PurePosixPath(name).name or "\\" in name or ":" in name or name in ("", "..", "."):
            raise UserError(
                f"A file name leads out of the folder: {name!r}",
                path=self.path,
                remedy="Do not trust this file; export the splats again.",
            )
        try:
            if self._folder is not None:
                member = self._folder / name
                if member.stat().st_size > _LIMIT_BYTES:
                    raise self._too_large(name)
                return member.read_bytes()
            assert self._archive is not None
            information = self._archive.getinfo(self._prefix + name)
            if information.file_size > _LIMIT_BYTES:
                raise self._too_large(name)
            with self._archive.open(information) as member_file:
                return member_file.read(_LIMIT_BYTES)
        except (FileNotFoundError, KeyError) as error:
            raise UserError("A part of the splats is missing", path=self.path, field=name, remedy=CUT_SHORT) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise UserError(
                f"A part of the splats cannot be read ({error})", path=self.path, field=name, remedy=CUT_SHORT
            ) from error

    def _too_large(self, name: str) -> UserError:
        return UserError("A part is larger than any picture of splats", path=self.path, field=name, remedy=EXPORT_AGAIN)


@contextmanager
def open_pictures(path: Path) -> Iterator[Pictures]:
    """A folder, its `meta.json`, or a zip file, open while the context lasts.

    Raises:
        UserError: a zip file that is damaged, or has no description or names that lead out of it.
    """
    if path.is_dir() or path.name == META:
        yield Pictures(path, path if path.is_dir() else path.parent, None)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError("The zip file cannot be opened", path=path, remedy=CUT_SHORT) from error
    with archive:
        names = archive.namelist()
        if any(PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts for name in names):
            raise UserError(
                "The zip file has names that lead out of it",
                path=path,
                remedy="Do not trust this file; export the splats again.",
            )
        metas = sorted((name for name in names if PurePosixPath(name).name == META), key=len)
        if not metas:
            raise UserError("The zip file holds no splats", path=path, field=META, remedy=EXPORT_AGAIN)
        yield Pictures(path, None, archive, metas[0].removesuffix(META))
