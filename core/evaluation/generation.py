"""What generators make of drives that they did not learn from."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import UserError
from core.jwm.drawing import smaller_by
from core.jwm.relighting import Relighting
from core.logs import DrivingLog
from core.networks.files import hash_of
from core.worldgen.clip import make_clip
from core.worldgen.conditions import Conditions
from core.worldgen.conditions.film import Film, film_of
from core.worldgen.depths import Depths, shipped_depths
from core.worldgen.model.transformer import WorldGen
from core.worldgen.model.weights import Origin, load_worldgen, origin_of
from core.worldgen.reference import referring_for
from core.worldgen.rollout import Noise, seeded_noise, stream
from core.worldgen.schedule import step_list
from core.worldgen.steadying import steadying_for
from core.worldgen.tokenizer import FrameTokenizer

Pictures = NDArray[np.float32]

_BIDIRECTIONAL = "bidirectional"


@dataclass(frozen=True, eq=False)
class Generator:
    """A network, and how its sampler goes."""

    origin: Origin
    network: WorldGen
    hash: str
    path: Path

    @classmethod
    def of(cls, path: Path) -> Generator:
        """
        Raises:
            UserError: the file is missing, damaged, or of another network.
        """
        return cls(origin_of(path), load_worldgen(path), hash_of(path), path)

    @property
    def name(self) -> str:
        """That of its stage."""
        return self.origin.stage

    @property
    def causal(self) -> bool:
        return self.origin.stage != _BIDIRECTIONAL

    @property
    def anew(self) -> bool:
        """Whether its sampler draws new noise in each step."""
        return self.origin.anew


def check_alike(generators: Sequence[Generator], tokenizer: FrameTokenizer) -> None:
    """
    Raises:
        UserError: one makes chunks of another size than the others, or pictures of a size that is no multiple of the
            smallest, takes other latents, or is of a stage of which there is one already.
    """
    chunk, height = generators[0].network.config.chunk, least_height(generators)
    for number, generator in enumerate(generators):
        if generator.name in [earlier.name for earlier in generators[:number]]:
            what = f"There are two networks of the stage {generator.name}"
            raise UserError(what, path=generator.path, remedy="Evaluate one, then the other, in folders of their own.")
        own = generator.network.config
        sizes = own.latent_channels, own.image_height % height, own.chunk
        if sizes != (tokenizer.channels, 0, chunk):
            what = "This network does not go with the others and the tokenizer"
            remedy = "Compare networks of one preset, with the tokenizer they learned with."
            raise UserError(what, path=generator.path, remedy=remedy)


def least_height(generators: Sequence[Generator]) -> int:
    """Of the pictures that some generators make; at that size they are compared."""
    return min(each.network.config.image_height for each in generators)


@dataclass(frozen=True, eq=False)
class Truth:
    """A drive as images of the size that is judged, and its latents."""

    name: str
    log: DrivingLog
    film: Film
    latents: Tensor  # [1, T, V, C, h, w]
    larger: tuple[Truth, ...] = ()  # the same in larger images

    def of(self, generator: Generator) -> Truth:
        """The drive at the size that a generator makes; as it is if it is not known so."""
        fitting = (each for each in self.larger if each.height == generator.network.config.image_height)
        return next(fitting, self)

    @property
    def height(self) -> int:
        return self.film.images.shape[2]

    @property
    def frame_s(self) -> float:
        """Median time between frames."""
        return float(np.median(np.diff(self.film.viewpoints.t_ns[:, 0]))) * 1e-9

    @property
    def pictures(self) -> Pictures:
        return np.asarray(self.film.images / np.float32(255), np.float32)


def truth_of(
    log: DrivingLog,
    tokenizer: FrameTokenizer,
    *,
    height: int,
    patch: int,
    frames: int,
    chunk: int,
    larger: Sequence[int] = (),
) -> Truth:
    """The beginning of a log: so many frames, or as many whole chunks as there are.

    Args:
        log: to be cut.
        tokenizer: of its latents.
        height: of the images; their width is in proportion, a multiple of what a token is of the smallest.
        patch: latents of a token each way.
        frames: at most.
        chunk: frames of a chunk.
        larger: heights of larger images that the same is known in, too.

    Raises:
        UserError: the log is too short, or an image cannot be read.
    """
    camera = log.cameras[0].camera
    grain = tokenizer.stride * patch
    width = max(round(camera.width * height / camera.height / grain), 1) * grain
    found = [_truth(log, tokenizer, (each, width * each // height), frames, chunk) for each in (height, *larger)]
    return replace(found[0], larger=tuple(found[1:]))


def _truth(log: DrivingLog, tokenizer: FrameTokenizer, size: tuple[int, int], frames: int, chunk: int) -> Truth:
    film = film_of(log, size)
    count = min(frames, len(film.viewpoints)) // chunk * chunk
    if count <= chunk:
        what = f"The log has {len(film.viewpoints)} frames; there must be more than {chunk}"
        raise UserError(what, path=log.path, remedy="Choose a longer one.")
    film = Film(film.viewpoints.frames(0, count), film.images[:count], film.layouts[:count], film.weather)
    images = torch.from_numpy(film.images).movedim(-1, 2).float() / 255
    with torch.inference_mode():
        latents = torch.stack([tokenizer.encode(frame) for frame in images])
    return Truth(log.name, log, film, latents[None])


def relit(truth: Truth, relighting: Relighting, depths: Depths, tokenizer: FrameTokenizer, chunk: int) -> Truth:
    """The same drive, whose first chunk is under another weather than it was recorded in."""
    film = truth.film
    images = film.images.copy()
    images[:chunk] = relighting.of_recorded(film.images[:chunk], film.viewpoints.frames(0, chunk), depths)
    first = torch.from_numpy(images[:chunk]).movedim(-1, 2).float() / 255
    with torch.inference_mode():
        latents = torch.stack([tokenizer.encode(frame) for frame in first])
    return replace(
        truth,
        film=replace(film, images=images, weather=relighting.asked),
        latents=torch.cat([latents[None], truth.latents[:, chunk:]], 1),
    )


def made_by(
    generator: Generator,
    truth: Truth,
    tokenizer: FrameTokenizer,
    *,
    steps: int,
    seed: int,
    conditions: Conditions | None = None,
    changes: bool = False,
) -> tuple[Pictures, float]:
    """What a generator makes of a drive after its first chunk, (T, V, H, W, 3), and processor seconds per frame set.

    It works at its own size, if the drive is known so; pictures are then shrunk to the drive's. One
    that is not causal makes clips as long as those that it learned from, each beginning with the last chunk of the one
    before.

    Args:
        generator: to judge.
        truth: what the drive begins with.
        tokenizer: of its latents.
        steps: of the sampler.
        seed: of the noise.
        conditions: of as many frames as shall be there in the end; those of all of the drive by default.
        changes: whether the weather that they tell is another one than that of the first chunk.
    """
    network, began_s, judged, truth = generator.network, time.process_time(), truth, truth.of(generator)
    chunk, levels = network.config.chunk, step_list(steps, network.config.shift)
    told = truth.film.conditions(chunk=chunk, stride=tokenizer.stride) if conditions is None else conditions
    first, count = truth.latents[:, :chunk], told.length
    referring = referring_for(network.config, tokenizer, shipped_depths(), anew=generator.anew)
    if generator.causal:
        later = (told.frames(begin, begin + chunk) for begin in range(chunk, count, chunk))
        steadying = steadying_for(network.config, anew=generator.anew, changes=changes)
        options = {"steps": levels, "anew": generator.anew, "referring": referring, "steadying": steadying}
        chunks = stream(network, first, told.frames(0, chunk), later, seed=seed, **options)  # type: ignore[arg-type]
        latents = torch.cat([first, *chunks], 1)
    else:
        latents, window = first, network.config.window
        for begin in range(0, count - chunk, window - chunk):
            noise = _noise_of(seed, begin)
            some = told.frames(begin, min(begin + window, count))
            clip = make_clip(network, latents[:, begin:], some, noise=noise, steps=levels, referring=referring)
            latents = torch.cat([latents[:, :begin], clip], 1)
    pictures = smaller_by(truth.height // judged.height, shown(latents[0], tokenizer))
    return pictures, (time.process_time() - began_s) / (count - chunk)


def _noise_of(seed: int, begin: int) -> Noise:
    """Noise of a clip that begins at a frame."""
    seeded = seeded_noise(seed)
    return lambda _chunk, step, shape: seeded(begin, step, shape)


@torch.inference_mode()
def shown(latents: Tensor, tokenizer: FrameTokenizer) -> Pictures:
    """Pictures (T, V, H, W, 3) of latents [T, V, C, h, w]."""
    return torch.stack([tokenizer.decode(frame) for frame in latents]).movedim(2, -1).numpy()
