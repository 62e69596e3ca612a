"""Priors on disk: what scenes of many qualities show along a film, as the network takes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.errors import UserError
from core.geometry import Pose
from core.jwm.detail import as_channels
from core.jwm.drawing import Drawn, drawn_of, finer_for
from core.jwm.prior import Prior, prior_from, sights_along
from core.jwm.recordings import Fetched, Recordings
from core.jwm.surfaces import Surfaces, surfaces_of
from core.jwm.tokens import TokenTable, table_of
from core.scene import Scene
from core.training.films import FilmFile, smaller
from core.training.jwm.renditions import Rendition
from core.worldgen.conditions.viewpoints import Viewpoints
from core.worldgen.tokenizer import FrameTokenizer

SUFFIX = ".priors.safetensors"
_FRAMES_AT_ONCE = 8
_FETCHED = "fetched", "corrected", "there"


def save_priors(
    film: FilmFile,
    shown: Iterable[Rendition],
    path: Path,
    tokenizer: FrameTokenizer,
    *,
    names: Sequence[str],
    world_from_film: Pose,
    start_ns: int,
    height: int,
    recordings: Callable[[Scene], Recordings],
) -> dict[str, float]:
    """Draw scenes along a film and write what they show; a file appears complete or not at all.

    Args:
        film: which viewpoints, and what is to be seen there.
        shown: the scenes, with the actors of the film.
        path: of the file.
        tokenizer: makes latents of the renders.
        names: of the film's cameras, by which scenes know their exposures.
        world_from_film: the film's coordinates in the scenes' world.
        start_ns: the scenes' time at which the film's clock begins.
        height: of the pictures that are generated; renders and recorded pictures are kept as fine as they are shown.
        recordings: of the drive, that may be looked at, as a scene lets them be.

    Returns:
        Name → PSNR in dB of the renders against the film, the mean over all pictures.
    """
    finer = finer_for(height)
    arrays: dict[str, list[Tensor]] = {}
    quality: dict[str, float] = {}
    for rendition in shown:
        pieces, errors, pictures = [], [], recordings(rendition.scene)
        for begin in range(0, len(film), _FRAMES_AT_ONCE):
            piece = smaller(film.window(begin, min(begin + _FRAMES_AT_ONCE, len(film))), height)
            views = in_world(piece.viewpoints, world_from_film, start_ns)
            fine_views = views.resized(*(finer * size for size in views.size))
            fine = _blurred(drawn_of(rendition.scene, names, fine_views), finer * rendition.blur_px)
            drawn = fine.coarser(finer)
            errors.append(np.square(drawn.rgb / 255.0 - piece.images / 255.0).mean((2, 3, 4)))
            with torch.inference_mode():
                prior = prior_from(drawn, *sights_along(rendition.scene, views, tokenizer.stride), tokenizer)
                shown_rgb = torch.from_numpy(drawn.rgb).movedim(-1, 2).float() / 255
                mirror = tokenizer.encode_film(shown_rgb.flip(-1))
            surfaces = surfaces_of(drawn, rendition.scene, views)
            poses = world_from_film.inverse().matrix.astype(np.float32) @ surfaces.world_from_actor
            poses[:, 0] = np.eye(4)
            fetched = pictures.fetched(fine, rendition.scene, names, fine_views)
            pieces.append((prior, mirror, replace(surfaces, world_from_actor=poses), fine.rgb, fetched))
        tokens = table_of(rendition.scene)
        for name, value in (_as_arrays(pieces) | _token_arrays(tokens, world_from_film)).items():
            arrays.setdefault(name, []).append(value)
        quality[rendition.name] = round(float(-10 * np.log10(np.concatenate(errors).clip(1e-9)).mean()), 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    facts = {"facts": json.dumps({"psnr": quality})}
    save_file({f"{name}.{i}": each for name, of in arrays.items() for i, each in enumerate(of)}, part, facts)
    part.replace(path)
    return quality


class PriorFile:
    """Priors of a film on disk, of which windows are read.

    Raises:
        UserError: the file is not one that `save_priors` wrote.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with safe_open(path, framework="pt") as file:
                self.psnr: dict[str, float] = json.loads(file.metadata()["facts"])["psnr"]
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise UserError("Priors cannot be read", path=path, remedy="Delete the file; it is made again.") from error

    @property
    def renditions(self) -> list[str]:
        return list(self.psnr)

    def window(self, rendition: int, begin: int, end: int, *, mirror: bool = False) -> tuple[Prior, Surfaces]:
        """The prior [1, T, …] of some frames by one rendition, or of their mirror image, and its surfaces, which are
        not mirrored, in the film's coordinates."""
        with safe_open(self._path, framework="pt") as file:
            part = {
                name: file.get_slice(f"{name}.{rendition}")[begin:end]
                for name in ("channels", "mask", "known", "depth_m", "actor", "poses", *(["mirrored"] * mirror))
            }
        if mirror:
            part |= {name: part[name].flip(-1) for name in ("channels", "mask", "known")}
            part["channels"][:, :, : part["mirrored"].shape[2]] = part["mirrored"]
        prior = Prior(*(part[name].float()[None] for name in ("channels", "mask", "known")))
        surfaces = part["depth_m"].float().numpy(), part["actor"].numpy(), part["poses"].numpy()
        return prior, Surfaces(*surfaces)

    def renders(self, rendition: int) -> NDArray[np.uint8]:
        """All pictures (T, V, F · H, F · W, 3) of one rendition, as fine as takes are shown."""
        with safe_open(self._path, framework="pt") as file:
            return np.asarray(file.get_tensor(f"rgb.{rendition}").numpy())

    def fetched(self, rendition: int) -> dict[str, Tensor]:
        """What recorded pictures know of all frames as one rendition shows them, as fine as `renders`: `fetched`,
        `corrected` and `there`, as `as_channels` has them."""
        with safe_open(self._path, framework="pt") as file:
            return {name: file.get_tensor(f"{name}.{rendition}") for name in _FETCHED}

    def tokens(self, rendition: int) -> TokenTable:
        """The tokens of one rendition, in the film's coordinates."""
        with safe_open(self._path, framework="pt") as file:
            places, features, actor = (
                file.get_tensor(f"{name}.{rendition}") for name in ("places", "features", "token_actor")
            )
        return TokenTable(places, features.float(), actor.long())


def _token_arrays(tokens: TokenTable, world_from_film: Pose) -> dict[str, Tensor]:
    back = torch.from_numpy(world_from_film.inverse().apply(tokens.places.numpy())).float()
    places = torch.where((tokens.actor == 0)[:, None], back, tokens.places)
    return {"places": places, "features": tokens.features.half(), "token_actor": tokens.actor.to(torch.uint8)}


def in_world(viewpoints: Viewpoints, world_from_film: Pose, start_ns: int) -> Viewpoints:
    """The viewpoints of a film in the clock and the world of the log of its drive.

    Args:
        viewpoints: of the film.
        world_from_film: the film's coordinates in the log's world.
        start_ns: the log's time at which the film's clock begins.
    """
    return replace(
        viewpoints,
        t_ns=viewpoints.t_ns + start_ns,
        world_from_camera=world_from_film @ viewpoints.world_from_camera,
        world_from_ego=world_from_film @ viewpoints.world_from_ego,
        boxes=None if viewpoints.boxes is None else viewpoints.boxes.moved(world_from_film, start_ns),
    )


def _blurred(drawn: Drawn, blur_px: float) -> Drawn:
    if not blur_px:
        return drawn
    images = drawn.rgb.reshape(-1, *drawn.rgb.shape[2:])
    blurred = np.stack([cv2.GaussianBlur(image, (0, 0), blur_px) for image in images])
    return replace(drawn, rgb=blurred.reshape(drawn.rgb.shape))


def _as_arrays(pieces: Sequence[tuple[Prior, Tensor, Surfaces, NDArray[np.uint8], Fetched]]) -> dict[str, Tensor]:
    """Those of whole films, in half precision, and pictures as they are."""
    priors, mirror, surfaces, renders, fetched = zip(*pieces, strict=True)
    found = {
        name: torch.cat([getattr(prior, name)[0] for prior in priors]).half() for name in ("channels", "mask", "known")
    }
    found["mirrored"] = torch.cat(mirror).half()
    found["depth_m"] = torch.from_numpy(np.concatenate([each.depth_m for each in surfaces])).half()
    known = zip(*(as_channels(each) for each in fetched), strict=True)
    found |= {name: torch.cat(of) for name, of in zip(_FETCHED, known, strict=True)}
    found["rgb"] = torch.from_numpy(np.concatenate(renders))
    found["actor"] = torch.from_numpy(np.concatenate([each.actor for each in surfaces]))
    found["poses"] = torch.from_numpy(np.concatenate([each.world_from_actor for each in surfaces]))
    return {name: value.contiguous() for name, value in found.items()}
