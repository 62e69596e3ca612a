"""One building: walls, ground floor, roof, and what sticks out of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.city.roads import KERB_HEIGHT_M
from core.city.street.builder import MeshBuilder, standing
from core.city.surfaces import Label, Material, Surface

Floats = NDArray[np.float64]
Rgb = tuple[float, float, float]

PLASTERS: tuple[Rgb, ...] = (
    (0.62, 0.56, 0.44), (0.58, 0.44, 0.26), (0.55, 0.37, 0.29), (0.66, 0.64, 0.60), (0.38, 0.44, 0.48),
    (0.44, 0.47, 0.36), (0.64, 0.52, 0.36), (0.50, 0.28, 0.20), (0.70, 0.66, 0.56),
)  # fmt: skip
BRICKS: tuple[Rgb, ...] = ((0.36, 0.13, 0.08), (0.30, 0.15, 0.10), (0.42, 0.29, 0.17), (0.24, 0.11, 0.08))
STONES: tuple[Rgb, ...] = ((0.47, 0.42, 0.34), (0.40, 0.39, 0.37), (0.52, 0.46, 0.36))
PANELS: tuple[Rgb, ...] = ((0.40, 0.40, 0.39), (0.34, 0.36, 0.38), (0.46, 0.42, 0.35))
TRIMS: tuple[Rgb, ...] = ((0.68, 0.67, 0.63), (0.55, 0.52, 0.45), (0.14, 0.10, 0.08), (0.08, 0.10, 0.12))
TILES: tuple[Rgb, ...] = ((0.34, 0.12, 0.07), (0.26, 0.10, 0.07), (0.10, 0.10, 0.11), (0.20, 0.13, 0.10))
DOORS: tuple[Rgb, ...] = ((0.22, 0.05, 0.04), (0.04, 0.10, 0.18), (0.05, 0.13, 0.07), (0.12, 0.07, 0.04))

_PLASTER, _BRICK, _PANEL, _STONE = range(4)
_BASE_M = KERB_HEIGHT_M - 0.02


@dataclass(frozen=True)
class HouseStyle:
    """What one building looks like."""

    storeys: int
    storey_m: float
    shop: bool
    masonry: int
    colour: Rgb
    trim: Rgb
    window_m: tuple[float, float]
    bay_m: float
    roof: str  # "flat", "gable", "hip"
    tiles: Rgb
    pitch: float
    balconies: bool
    lit_share: float
    seed: int

    @property
    def ground_m(self) -> float:
        return 4.1 if self.shop else 0.45


def town_house(rng: np.random.Generator, *, shops: bool) -> HouseStyle:
    masonry = int(rng.choice([_PLASTER, _BRICK, _PANEL, _STONE], p=[0.42, 0.22, 0.14, 0.22]))
    modern = masonry == _PANEL
    storeys = int(rng.integers(3, 7)) + (int(rng.integers(0, 4)) if modern else 0)
    window = (rng.uniform(1.7, 2.3), 1.6) if modern else (rng.uniform(1.0, 1.35), rng.uniform(1.7, 2.0))
    return HouseStyle(
        storeys, float(rng.uniform(3.1, 3.6)), shops and rng.random() < 0.85, masonry, _colour(rng, masonry),
        TRIMS[rng.integers(3 if not modern else 4)], window, float(rng.uniform(2.6, 3.2)) + 0.4 * modern,
        "flat" if modern or rng.random() < 0.45 else "gable", TILES[rng.integers(len(TILES))],
        float(rng.uniform(0.5, 0.8)), rng.random() < 0.5, float(rng.uniform(0.3, 0.6)), int(rng.integers(1, 10_000)),
    )  # fmt: skip


def terraced_house(rng: np.random.Generator, like: HouseStyle | None = None) -> HouseStyle:
    """A narrow house; `like` repeats the neighbour with another colour."""
    if like is not None:
        colour = _colour(rng, like.masonry) if rng.random() < 0.5 else like.colour
        return replace(like, colour=colour, seed=int(rng.integers(1, 10_000)))
    masonry = int(rng.choice([_PLASTER, _BRICK], p=[0.45, 0.55]))
    return HouseStyle(
        int(rng.integers(2, 4)), float(rng.uniform(2.75, 3.0)), False, masonry, _colour(rng, masonry),
        TRIMS[rng.integers(2)], (rng.uniform(1.0, 1.3), rng.uniform(1.35, 1.6)), float(rng.uniform(2.5, 3.0)), "gable",
        TILES[rng.integers(len(TILES))], float(rng.uniform(0.75, 1.0)), False, 0.55, int(rng.integers(1, 10_000)),
    )  # fmt: skip


def detached_house(rng: np.random.Generator) -> HouseStyle:
    masonry = int(rng.choice([_PLASTER, _BRICK], p=[0.7, 0.3]))
    return HouseStyle(
        int(rng.integers(1, 3)), float(rng.uniform(2.7, 2.95)), False, masonry, _colour(rng, masonry),
        TRIMS[rng.integers(len(TRIMS))], (rng.uniform(1.1, 1.6), rng.uniform(1.2, 1.45)), float(rng.uniform(2.9, 3.6)),
        "hip" if rng.random() < 0.35 else "gable", TILES[rng.integers(len(TILES))], float(rng.uniform(0.7, 1.1)),
        False, 0.6, int(rng.integers(1, 10_000)),
    )  # fmt: skip


def tower(rng: np.random.Generator, low: int, high: int) -> HouseStyle:
    return HouseStyle(
        int(rng.integers(low, high)), 3.1, False, _PANEL, PANELS[rng.integers(len(PANELS))], TRIMS[rng.integers(4)],
        (rng.uniform(1.6, 2.4), 1.6), float(rng.uniform(2.9, 3.5)), "flat", TILES[0], 0.5, False, 0.45,
        int(rng.integers(1, 10_000)),
    )  # fmt: skip


def _colour(rng: np.random.Generator, masonry: int) -> Rgb:
    palette = (PLASTERS, BRICKS, PANELS, STONES)[masonry]
    base = np.array(palette[rng.integers(len(palette))])
    red, green, blue = np.clip(base * rng.uniform(0.9, 1.08) * rng.uniform(0.97, 1.03, 3), 0.03, 0.8)
    return float(red), float(green), float(blue)


def add_house(
    builder: MeshBuilder,
    outline: Floats,
    style: HouseStyle,
    rng: np.random.Generator,
    *,
    party: tuple[bool, bool] = (False, False),
    detail: bool = True,
) -> None:
    """A house on a footprint (4, 2), counter-clockwise, the first edge its front.

    `party` says whether the second edge and the fourth lean on neighbours.
    """  # fmt: skip
    number = builder.instance(Label.BUILDING, "house")
    low, top = _BASE_M, _BASE_M + style.ground_m + style.storeys * style.storey_m
    blank = (False, party[0], False, party[1])
    for edge in range(4):
        start, end = outline[edge], outline[(edge + 1) % 4]
        if style.shop and edge == 0:
            builder.wall(start, end, low, low + style.ground_m, _shop(style, start, end), number, column_m=4.0)
        elif style.shop and not blank[edge]:
            side = replace(style, storeys=1, storey_m=style.ground_m, window_m=(1.15, 1.5))
            builder.wall(
                start, end, low, low + style.ground_m, _wall(side, start, end, windows=True), number, column_m=4.0
            )
        else:
            base = Surface(
                Material.PLASTER, Label.BUILDING, tuple(0.6 * channel for channel in style.colour),  # type: ignore[arg-type]
                seed=style.seed,
            )  # fmt: skip
            builder.wall(start, end, low, low + style.ground_m, base, number, column_m=4.0 if style.shop else 0)
        wall = _wall(style, start, end, windows=not blank[edge])
        builder.wall(start, end, low + style.ground_m, top, wall, number, column_m=4.5 if detail else 0.0)
    if style.roof == "flat":
        _flat_roof(builder, outline, top, style, number, rng)
    else:
        _pitched_roof(builder, outline, top, style, number, rng, detail)
    if detail:
        _front(builder, outline, low, top, style, number, rng)


def _wall(style: HouseStyle, start: Floats, end: Floats, *, windows: bool) -> Surface:
    length = float(np.linalg.norm(end - start))
    bay = length / max(1, round(length / style.bay_m))
    width = min(style.window_m[0], bay - 0.5) if windows and length > 2.2 else 0.0
    sill = (style.storey_m - style.window_m[1]) * 0.55
    return Surface(
        Material.FACADE, Label.BUILDING, style.colour, style.trim,
        (width, style.window_m[1], bay, style.storey_m, sill, style.storeys * style.storey_m, style.masonry,
         style.lit_share), style.seed,
    )  # fmt: skip


def _shop(style: HouseStyle, start: Floats, end: Floats) -> Surface:
    length = float(np.linalg.norm(end - start))
    bay = length / max(1, round(length / 3.6))
    return Surface(
        Material.SHOPFRONT, Label.BUILDING, tuple(0.8 * c for c in style.colour), style.trim, (bay, 2.75, 0.75),  # type: ignore[arg-type]
        style.seed,
    )  # fmt: skip


def _axes(outline: Floats) -> tuple[Floats, Floats, float]:
    """Unit direction along the front, unit direction out of it, length of the front."""
    along = outline[1] - outline[0]
    length = float(np.linalg.norm(along))
    along = along / length
    return along, np.array([along[1], -along[0]]), length


def _front(
    builder: MeshBuilder,
    outline: Floats,
    low: float,
    top: float,
    style: HouseStyle,
    number: int,
    rng: np.random.Generator,
) -> None:
    along, out, length = _axes(outline)
    heading = float(np.arctan2(along[1], along[0]))
    trim = Surface(Material.PLASTER, Label.BUILDING, style.trim, seed=style.seed)
    dark = Surface(Material.METAL, Label.BUILDING, (0.05, 0.05, 0.055), parameters=(0.6,))

    def place(along_m: float, out_m: float, z: float) -> Floats:
        return standing([*(outline[0] + along * along_m + out * out_m), z], heading)

    if style.storeys > 2 or style.roof == "flat":
        builder.box(place(length / 2, 0.16, top - 0.32), (length, 0.32, 0.32), trim, number, bottom=True)
    if style.shop:
        builder.box(place(length / 2, 0.10, low + 3.55), (length, 0.22, 0.14), trim, number, bottom=True)
        bay = length / max(1, round(length / 3.6))
        for i in range(round(length / bay) // 2):
            if rng.random() < 0.38:
                _awning(builder, place((2 * i + 1) * bay, 0.0, low), 2 * bay - 0.5, rng, number)
    else:
        door = Surface(Material.PLASTIC, Label.BUILDING, DOORS[style.seed % len(DOORS)])
        bay = length / max(1, round(length / style.bay_m))
        at = bay * max(1, round(length / bay) // 2) if length / bay > 1.5 else 0.8
        builder.box(place(at, 0.05, low), (1.3, 0.12, style.ground_m + 2.25), trim, number)
        builder.box(place(at, 0.09, low + style.ground_m - 0.05), (1.0, 0.10, 2.15), door, number)
        for step in range(2):
            depth = 0.9 - 0.3 * step
            builder.box(place(at, depth / 2, low + 0.2 * step), (1.6, depth, 0.2), trim, number)
        builder.box(place(at, 0.4, low + style.ground_m + 2.25), (1.7, 0.8, 0.1), trim, number, bottom=True)
    if style.balconies:
        bay = length / max(1, round(length / style.bay_m))
        columns = [i for i in range(round(length / bay)) if (i * 7 + style.seed) % 3 == 0]
        for i in columns:
            for storey in range(1, style.storeys):
                z = low + style.ground_m + storey * style.storey_m
                _balcony(
                    builder, place((i + 0.5) * bay, 0.55, z), min(bay, style.window_m[0] + 1.0), trim, dark, number
                )
    pipe = np.stack([place(0.15, 0.09, z)[:3, 3] for z in (low + style.ground_m, top - 0.1)])
    builder.tube(pipe, 0.05, dark, number, sides=5, cap=False)


def _awning(builder: MeshBuilder, frame: Floats, width: float, rng: np.random.Generator, number: int) -> None:
    colours = [(0.40, 0.04, 0.04), (0.04, 0.16, 0.08), (0.05, 0.09, 0.26), (0.45, 0.28, 0.05), (0.10, 0.10, 0.10)]
    cloth = Surface(
        Material.CROSSWALK, Label.BUILDING, colours[rng.integers(len(colours))], (0.62, 0.60, 0.55), (0.3, 0.3)
    )
    half = width / 2
    slope = np.array([[-half, 0.05, 2.95], [-half, -1.25, 2.45], [half, -1.25, 2.45], [half, 0.05, 2.95]])
    front = np.array([[-half, -1.25, 2.45], [-half, -1.25, 2.22], [half, -1.25, 2.22], [half, -1.25, 2.45]])
    quads = np.stack([slope, front])
    world = quads @ frame[:3, :3].T + frame[:3, 3]
    uv = np.stack([quads[..., 0] + half, quads[..., 2]], -1)
    builder.quads(world, uv, cloth, number)


def _balcony(builder: MeshBuilder, frame: Floats, width: float, slab: Surface, rail: Surface, number: int) -> None:
    builder.box(frame, (width, 1.1, 0.14), slab, number, bottom=True)

    def at(x: float, y: float, z: float) -> Floats:
        moved = frame.copy()
        moved[:3, 3] = frame[:3, :3] @ np.array([x, y, z]) + frame[:3, 3]
        return moved

    for z in (0.55, 1.0):
        builder.box(at(0, -0.52, z), (width, 0.04, 0.05), rail, number, bottom=True)
    builder.box(at(0, -0.53, 0.20), (width - 0.06, 0.012, 0.78), rail, number)
    for side in (-1, 1):
        builder.box(at(side * (width / 2 - 0.03), 0, 0.14), (0.03, 1.05, 0.9), rail, number)


def _flat_roof(
    builder: MeshBuilder, outline: Floats, top: float, style: HouseStyle, number: int, rng: np.random.Generator
) -> None:
    parapet = 0.7
    gravel = Surface(Material.ASPHALT, Label.BUILDING, (0.22, 0.21, 0.20))
    rim = Surface(Material.PLASTER, Label.BUILDING, style.colour, seed=style.seed)
    for edge in range(4):
        start, end = outline[edge], outline[(edge + 1) % 4]
        builder.wall(start, end, top, top + parapet, rim, number)
        builder.wall(end, start, top, top + parapet, rim, number)
    quad = np.column_stack([outline, np.full(4, top)])
    builder.quads(quad, outline, gravel, number)
    metal = Surface(Material.METAL, Label.BUILDING, (0.45, 0.45, 0.45), parameters=(0.7,))
    centre = outline.mean(0)
    along, _, _ = _axes(outline)
    heading = float(np.arctan2(along[1], along[0]))
    for _ in range(int(rng.integers(1, 4))):
        where = centre + (outline[rng.integers(4)] - centre) * rng.uniform(0, 0.5)
        builder.box(standing([*where, top], heading), rng.uniform([1, 1, 0.8], [3.5, 3, 2.4]), metal, number)


def _pitched_roof(
    builder: MeshBuilder,
    outline: Floats,
    top: float,
    style: HouseStyle,
    number: int,
    rng: np.random.Generator,
    detail: bool,
) -> None:
    """Ridge along the front. Eaves stick out at front and back, the roof's edge a little at the gables."""
    a, b, c, d = (np.array([*corner, top]) for corner in outline)
    depth = float(np.linalg.norm((d + c - a - b) / 2))
    rise = style.pitch * depth / 2
    up = np.array([0, 0, 1.0])
    left, right = (a + d) / 2 + rise * up, (b + c) / 2 + rise * up
    along = (b - a) / np.linalg.norm(b - a)
    inset = depth / 2 * 0.9 if style.roof == "hip" else -0.25
    if style.roof == "hip" and np.linalg.norm(b - a) < 2 * inset + 1:
        inset = 0.3 * float(np.linalg.norm(b - a))
    ridge_left, ridge_right = left + along * inset, right - along * inset
    over = 0.45
    drop = up * over * style.pitch
    front_out, back_out = (a - d) / np.linalg.norm(a - d), (d - a) / np.linalg.norm(d - a)
    edge = along * (0.25 if style.roof == "gable" else over)
    fa, fb = a + front_out * over - drop - edge, b + front_out * over - drop + edge
    bc, bd = c + back_out * over - drop + edge, d + back_out * over - drop - edge
    tiles = Surface(Material.ROOF_TILES, Label.BUILDING, style.tiles, parameters=(0.30, 0.36), seed=style.seed)
    planes = [(fa, fb, ridge_right, ridge_left), (bc, bd, ridge_left, ridge_right)]
    for plane in planes:
        _roof_plane(builder, plane, tiles, number)
    if style.roof == "hip":
        for corners in ((fb, bc, ridge_right), (bd, fa, ridge_left)):
            width = float(np.linalg.norm(corners[1] - corners[0]))
            slope = float(np.linalg.norm(corners[2] - (corners[0] + corners[1]) / 2))
            builder.triangles(np.array(corners), np.array([[0, 0], [width, 0], [width / 2, slope]]), tiles, number)
        soffit = Surface(Material.PLASTER, Label.BUILDING, style.trim, seed=1)
        builder.quads([[fa, bd, bc, fb]], np.zeros((1, 4, 2)), soffit, number)
    else:
        wall = Surface(
            Material.BRICK if style.masonry == _BRICK else Material.PLASTER,
            Label.BUILDING,
            style.colour,
            seed=style.seed,
        )
        half = depth / 2
        for corners in ((b, c, right), (d, a, left)):
            builder.triangles(np.array(corners), np.array([[0, 0], [depth, 0], [half, rise]]), wall, number)
        soffit = Surface(Material.PLASTER, Label.BUILDING, style.trim, seed=1)
        for plane in planes:
            under = [corner - 0.06 * up for corner in reversed(plane)]
            builder.quads([under], np.zeros((1, 4, 2)), soffit, number)
    if detail:
        _roof_details(builder, (a, b), (ridge_left, ridge_right), rise, depth, style, number, rng)


def _roof_plane(builder: MeshBuilder, plane: tuple[Floats, ...], tiles: Surface, number: int) -> None:
    eaves = plane[1] - plane[0]
    width = float(np.linalg.norm(eaves))
    unit = eaves / width
    uv = []
    for corner in plane:
        along = float((corner - plane[0]) @ unit)
        uv.append([along, float(np.linalg.norm(corner - plane[0] - along * unit))])
    builder.quads([plane], [uv], tiles, number)


def _roof_details(
    builder: MeshBuilder, front: tuple[Floats, Floats], ridge: tuple[Floats, Floats], rise: float, depth: float,
    style: HouseStyle, number: int, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Chimneys on the ridge, dormers or roof lights on the front slope."""
    along = front[1] - front[0]
    length = float(np.linalg.norm(along))
    heading = float(np.arctan2(along[1], along[0]))
    brick = Surface(Material.BRICK, Label.BUILDING, BRICKS[style.seed % len(BRICKS)], seed=style.seed)
    pot = Surface(Material.PLASTIC, Label.BUILDING, (0.32, 0.13, 0.07))
    for share in (0.08,) if rng.random() < 0.6 else (0.12, 0.88):
        foot = ridge[0] + share * (ridge[1] - ridge[0])
        builder.box(standing(foot - [0, 0, 0.6], heading), (0.6, 0.9, 1.7), brick, number)
        for side in (-0.2, 0.2):
            builder.box(
                standing(foot + np.array([side * np.sin(heading), side * np.cos(heading), 1.1]), heading),
                (0.2, 0.2, 0.35),
                pot,
                number,
            )
    if style.pitch < 0.6 or style.roof == "hip" or rng.random() < 0.35:
        return
    back = np.array([-np.sin(heading), np.cos(heading), 0.0])
    wall = replace(style, storeys=1, storey_m=1.5, window_m=(0.9, 1.05), bay_m=1.5)
    for i in range(max(1, int(length / 5))):
        centre = front[0] + along * ((i + 0.5) / max(1, int(length / 5))) + back * depth * 0.16
        z = float(front[0][2]) + 0.16 * 2 * rise * 0.5
        unit = along / length
        outline = np.array(
            [
                centre - 0.75 * unit,
                centre + 0.75 * unit,
                centre + 0.75 * unit + back * 1.9,
                centre - 0.75 * unit + back * 1.9,
            ]
        )[:, :2]
        for edge in (0, 1, 3):
            start, end = outline[edge], outline[(edge + 1) % 4]
            builder.wall(start, end, z - 0.1, z + 1.45, _wall(wall, start, end, windows=edge == 0), number)
        lead = Surface(Material.METAL, Label.BUILDING, (0.25, 0.26, 0.28), parameters=(0.8,))
        middle = outline.mean(0)
        builder.box(standing([*middle, z + 1.45], heading), (1.8, 2.2, 0.12), lead, number, bottom=True)
