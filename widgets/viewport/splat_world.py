"""All splats of a scene in one row of arrays, and what moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.geometry.quaternion import quaternion_from_matrix
from core.scene import Scene
from core.splats import GaussianCloud
from widgets.points import ramp
from widgets.viewport.sight import Sight

Floats = NDArray[np.float32]
Rgb = tuple[float, float, float]

NEAR_COLOUR_M, FAR_COLOUR_M = 2.0, 150.0  # of the colours of depths, by ratio
CLEAR_FROM, CLEAR_TO = 1.0, 1.8  # distances in sizes of a splat, between which it comes to be seen
TRUSTED_M, UNTRUSTED_M = 2.0, 25.0  # from the ego path
_OBSERVED, _GENERATED = np.array([0.25, 0.75, 0.85]), np.array([1.0, 0.35, 0.75])
_CODE_SHARE = 0.7  # of a colour that tells something; the rest is the splat's own brightness


class ColourMode(StrEnum):
    RGB = "rgb"
    DEPTH = "depth"
    OWNER = "owner"
    PROVENANCE = "provenance"
    TRUST = "trust"


@dataclass(frozen=True, eq=False)
class Nodes:
    """Where the parts of a world are. Node 0 is the static world, the others are actors in the scene's order."""

    world_from_node: Floats  # (k, 4, 4)
    shown: NDArray[np.bool_]  # (k,)
    tints: Floats  # (k, 4) RGB, and how much of it

    def table(self) -> Floats:
        """(k, 4, 4): three rows of the pose, then the tint, whose last value is below zero where hidden."""
        rows = self.world_from_node.copy()
        rows[:, 3] = self.tints
        rows[~self.shown, 3, 3] = -1.0
        return rows


@dataclass(frozen=True, eq=False)
class SplatRequest:
    """Everything that a picture of splats depends on, beside the scene."""

    sight: Sight
    t_s: float
    nodes: Nodes
    mode: ColourMode = ColourMode.RGB
    scale: float = 1.0  # of the splats
    moving: bool = False  # whether speed counts more than size
    clears: bool = False  # whether splats around the camera give way, for cameras where none has been


class SplatWorld:
    """A scene's splats, node after node, each in the frame of its node."""

    def __init__(self, scene: Scene, path_m: NDArray[np.float64]) -> None:
        """Takes the ego path (n, 3), from which trust is reckoned."""
        parts = [scene.static, *(actor.cloud for actor in scene.actors)]
        self.cloud = GaussianCloud.concatenated(parts)
        self.ends = np.cumsum([len(part) for part in parts])
        self.nodes = np.repeat(np.arange(len(parts)), [len(part) for part in parts]).astype(np.int32)
        self._path_m = path_m
        self._means, self._quaternions = self.cloud.means_m.copy(), self.cloud.quaternions.copy()
        self._colours: dict[ColourMode, Floats] = {}

    def __len__(self) -> int:
        return len(self.cloud)

    def placed(self, nodes: Nodes) -> tuple[Floats, Floats]:
        """Means (n, 3) and quaternions (n, 4) in the world; valid until the next call."""
        for node in range(1, len(self.ends)):
            part = slice(self.ends[node - 1], self.ends[node])
            if nodes.shown[node]:
                pose = nodes.world_from_node[node]
                self._means[part] = self.cloud.means_m[part] @ pose[:3, :3].T + pose[:3, 3]
                turn = quaternion_from_matrix(pose[:3, :3].astype(np.float64)).astype(np.float32)
                self._quaternions[part] = self.cloud.quaternions[part] @ _left_product(turn).T
        return self._means, self._quaternions

    def opacities(self, request: SplatRequest, means_m: Floats) -> Floats:
        """(n,) as drawn, with means (n, 3) in the world; zero for what is hidden."""
        nodes, t_s = request.nodes, request.t_s
        found = np.where(nodes.shown[self.nodes], self.cloud.opacities, np.float32(0))
        if request.clears:
            eye_m = request.sight.world_from_camera.translation
            found *= clearance(means_m - eye_m.astype(np.float32), self.cloud.scales_m * np.float32(request.scale))
        return found * self.cloud.fading_at(t_s)

    def colours(self, request: SplatRequest) -> Floats:
        """(n, 3) before tints; plain RGB for depths. The same array again while it would hold the same."""
        mode = request.mode
        if mode is ColourMode.RGB and self.cloud.harmonics is not None:
            return self._seen(request)
        if mode not in self._colours:
            self._colours = {mode: self._coded(mode)}
        return self._colours[mode]

    def shown_colours(self, request: SplatRequest, means_m: Floats) -> Floats:
        """(n, 3) as drawn: with depth's colours and tints."""
        if request.mode is ColourMode.DEPTH:
            row = request.sight.camera_from_world[2].astype(np.float32)
            colours = depth_colours(means_m @ row[:3] + row[3])
        else:
            colours = self.colours(request)
        tinted = np.flatnonzero(request.nodes.tints[:, 3] > 0)
        if len(tinted):
            colours = colours.copy()
            for node in tinted:
                part = slice(self.ends[node - 1] if node else 0, self.ends[node])
                tint, share = request.nodes.tints[node, :3], request.nodes.tints[node, 3]
                colours[part] += (tint - colours[part]) * share
        return colours

    def _seen(self, request: SplatRequest) -> Floats:
        """With what harmonics add on the side of the camera; they turn with their nodes."""
        from core.splats.rasteriser import colours_seen_from

        eye = np.append(request.sight.world_from_camera.translation, 1.0)
        parts = []
        for node, (begin, end) in enumerate(pairwise([0, *self.ends.tolist()])):
            own_eye = np.linalg.solve(request.nodes.world_from_node[node].astype(np.float64), eye)[:3]
            parts.append(colours_seen_from(self.cloud[begin:end], own_eye))
        return np.concatenate(parts)

    def _coded(self, mode: ColourMode) -> Floats:
        own = self.cloud.colours
        if mode in (ColourMode.RGB, ColourMode.DEPTH):
            return own
        light = own @ np.array([0.3, 0.59, 0.11], np.float32)
        if mode is ColourMode.OWNER:
            codes = owner_colours(len(self.ends))[self.nodes]
        elif mode is ColourMode.PROVENANCE:
            generated = np.zeros(len(self)) if self.cloud.provenance is None else self.cloud.provenance
            codes = np.where((generated > 0)[:, None], _GENERATED, _OBSERVED)
        else:
            codes = self._trust()
        shade = (0.55 + 0.6 * light[:, None]) * codes
        return (_CODE_SHARE * shade + (1 - _CODE_SHARE) * light[:, None]).astype(np.float32)

    def _trust(self) -> NDArray[np.float64]:
        """Green near the ego path, red far from it; actors are grey."""
        from scipy.spatial import cKDTree

        distance_m, _ = cKDTree(self._path_m[:, :2]).query(self.cloud.means_m[:, :2])
        far = np.clip((distance_m - TRUSTED_M) / (UNTRUSTED_M - TRUSTED_M), 0, 1)
        codes = np.stack([np.interp(far, at, of) for at, of in _TRUST_RAMP], -1)
        codes[self.nodes > 0] = 0.6
        return codes


_TRUST_RAMP = (((0, 0.5, 1), (0.2, 0.95, 0.9)), ((0, 0.5, 1), (0.8, 0.75, 0.2)), ((0, 0.5, 1), (0.35, 0.2, 0.2)))


def owner_colours(count: int) -> NDArray[np.float64]:
    """Grey for the static world, then hues (count, 3) that stay apart however many there are."""
    hue = (np.arange(count) * 0.61803) % 1.0
    wave = np.abs((hue[:, None] * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1
    colours = 0.15 + 0.85 * np.clip(wave, 0, 1)
    colours[0] = 0.55
    return colours


def clearance(offsets_m: Floats, scales_m: Floats) -> Floats:
    """How much (n,) is left of splats at offsets (n, 3) from the camera: nothing where it stands in the midst of one.

    Seen from inside, a splat is but fog over the whole picture.
    """
    squares = np.einsum("ij,ij->i", offsets_m, offsets_m) / np.einsum("ij,ij->i", scales_m, scales_m)
    return np.clip((np.sqrt(squares) - CLEAR_FROM) / (CLEAR_TO - CLEAR_FROM), 0, 1)


def depth_colours(depths_m: NDArray[np.floating]) -> Floats:
    """RGB (n, 3) of depths (n,), warm near and cool far."""
    fraction = np.log(np.maximum(depths_m, 1e-3) / NEAR_COLOUR_M) / np.log(FAR_COLOUR_M / NEAR_COLOUR_M)
    return rgb_of(ramp(np.nan_to_num(fraction)))


def rgb_of(packed: NDArray[np.uint32]) -> Floats:
    """RGB (n, 3) in [0, 1] of 0xAARRGGBB colours (n,)."""
    channels = np.stack([(packed >> shift) & 255 for shift in (16, 8, 0)], -1)
    return channels.astype(np.float32) / np.float32(255)


def nodes_of(count: int, poses: Mapping[int, NDArray[np.float64]], tints: Mapping[int, tuple[Rgb, float]]) -> Nodes:
    """From the matrices of nodes that are shown, by number, and the tints of some."""
    world_from_node = np.tile(np.eye(4, dtype=np.float32), (count, 1, 1))
    shown, colours = np.zeros(count, dtype=bool), np.zeros((count, 4), dtype=np.float32)
    for node, matrix in poses.items():
        world_from_node[node], shown[node] = matrix, True
    for node, (rgb, share) in tints.items():
        colours[node] = (*rgb, share)
    return Nodes(world_from_node, shown, colours)


def _left_product(quaternion: Floats) -> Floats:
    """Matrix (4, 4) that multiplies quaternions by one from the left."""
    w, x, y, z = quaternion
    return np.array([[w, -x, -y, -z], [x, w, -z, y], [y, z, w, -x], [z, -y, x, w]], dtype=np.float32)
