"""From hits to colours: picks the material, adds up the light, lets the air between take its share."""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import numpy as np

from core.city.kernels import inner, kernel
from core.city.kernels.facade import facade, masonry, roof_tiles
from core.city.kernels.ground import asphalt, grass, pavement
from core.city.kernels.hit_slots import AMBIENT, DISTANCE, FLAT, NORMAL, POSITION
from core.city.kernels.light import (
    AMBIENT_COLOUR,
    FOG,
    KEY_COLOUR,
    KEY_DIRECTION,
    KEY_OTHERS,
    LAMPS,
    SUN,
    SUN_COLOUR,
    contact,
    halo,
)
from core.city.kernels.material import (
    ALBEDO,
    AMBIENT_FACTOR,
    BACKLIT,
    EMISSION,
    GLOSS,
    KEY,
    LABEL,
    METALLIC,
    MIRROR,
    SIZE,
    TRACED,
)
from core.city.kernels.nature import bark, hedge, leaves
from core.city.kernels.noise import smooth
from core.city.kernels.shopfront import shopfront
from core.city.kernels.sky import gradient, sky, surroundings
from core.city.kernels.things import (
    car_paint,
    cloth,
    fur,
    glass,
    head_lamp,
    hill,
    metal,
    plain,
    plastic,
    sign,
    skin,
    street_lamp,
    stripes,
    tail_lamp,
    traffic_light,
    tyre,
    water,
)

Array = Any

BRAKING = 0
HEAD_LAMPS = 1


@inner
def material(
    kind: int,
    hit: Array,
    way: Array,
    surface: Array,
    seed: int,
    actor: int,
    flags: Array,
    signals: Array,
    marks: Array,
    light: Array,
    out: Array,
) -> None:
    """Fill `out` (see `kernels.material`) for one hit. The order follows how often a kind is seen."""  # fmt: skip
    for slot in range(SIZE):
        out[slot] = 0.0
    for c in range(3):
        out[ALBEDO + c] = surface[c]
    out[KEY], out[AMBIENT_FACTOR], out[LABEL] = 1.0, 1.0, -1.0
    if kind == 1:
        asphalt(hit, surface, seed, marks, light, out)
    elif kind == 4:
        facade(hit, way, surface, seed, light, out)
    elif kind == 10:
        leaves(hit, surface, seed, out)
    elif kind == 2:
        pavement(hit, surface, seed, light, out)
    elif kind == 3:
        grass(hit, surface, seed, light, out)
    elif kind == 5:
        shopfront(hit, way, surface, seed, light, out)
    elif kind == 6:
        roof_tiles(hit, surface, seed, light, out)
    elif kind == 7:
        masonry(hit, surface, 0, 3.0, seed, light, out)
    elif kind == 8:
        masonry(hit, surface, 1, 3.0, seed, light, out)
    elif kind == 9:
        bark(hit, surface, seed, light, out)
    elif kind == 11:
        hedge(hit, surface, seed, out)
    elif kind == 12:
        metal(hit, surface, out)
    elif kind == 13:
        car_paint(hit, surface, out)
    elif kind == 14:
        glass(surface, out)
    elif kind == 15:
        tyre(hit, surface, out)
    elif kind == 16:
        on = 0.0
        if actor >= 0 and flags[actor, HEAD_LAMPS] > 0:
            on = 1.0
        head_lamp(on, surface, out)
    elif kind == 17:
        on = 0.0
        if actor >= 0:
            on = max(0.25 * flags[actor, HEAD_LAMPS], 1.0 * flags[actor, BRAKING])
        tail_lamp(on, surface, out)
    elif kind == 18:
        street_lamp(light, surface, out)
    elif kind == 19:
        sign(hit, surface, seed, out)
    elif kind == 20:
        group = int(surface[6])
        traffic_light(hit, 0 <= group < len(signals) and signals[group] == int(surface[7]), surface, out)
    elif kind == 21:
        skin(surface, out)
    elif kind == 22:
        cloth(hit, surface, out)
    elif kind == 23:
        fur(hit, surface, seed, out)
    elif kind == 24:
        plastic(hit, surface, out)
    elif kind == 25:
        stripes(hit, surface, out)
    elif kind == 26:
        water(hit, out)
    elif kind == 27:
        hill(hit, surface, seed, out)
    else:
        plain(surface, out)


@kernel
def shade(
    floats: Array,
    integers: Array,
    ways: Array,
    key: Array,
    seen: Array,
    surface_integers: Array,
    surface_floats: Array,
    flags: Array,
    signals: Array,
    marks: Array,
    boxes: Array,
    light: Array,
    octaves: int,
    eye: Array,
    glows: Array,
    colours: Array,
    labels: Array,
    mirrors: Array,
) -> None:
    """Colours (n, 3) linear, labels (n,), and how much of a traced mirror image belongs to each (n,).

    `ways` (n, 3) are the ray directions, `key` the light that casts shadows, `seen` (n,) its visibility.
    `eye` (3,) and `glows` (k, GLOW_SIZE) are for the haloes of lamps; give none for mirror images.
    """
    out = np.zeros(SIZE)
    for i in range(len(floats)):
        if integers[i, 0] < 0:
            nothing(i, ways, light, octaves, eye, glows, colours)
            labels[i], mirrors[i] = 0, 0.0
            continue
        something(
            i, floats, integers, ways, key, seen, surface_integers, surface_floats, flags, signals, marks, boxes, light,
            eye, glows, colours, labels, mirrors, out,
        )  # fmt: skip


@inner
def nothing(i: int, ways: Array, light: Array, octaves: int, eye: Array, glows: Array, colours: Array) -> None:
    """The colour of ray `i`, which meets nothing."""
    way = ways[i]
    red, green, blue = sky(way[0], way[1], way[2], light, octaves)
    colours[i, 0], colours[i, 1], colours[i, 2] = red, green, blue
    if len(glows) > 0:
        halo(eye, way, 1e9, glows, colours[i])


@inner
def something(
    i: int,
    floats: Array,
    integers: Array,
    ways: Array,
    key: Array,
    seen: Array,
    surface_integers: Array,
    surface_floats: Array,
    flags: Array,
    signals: Array,
    marks: Array,
    boxes: Array,
    light: Array,
    eye: Array,
    glows: Array,
    colours: Array,
    labels: Array,
    mirrors: Array,
    out: Array,
) -> None:
    """Colour, label and mirror's share of ray `i`, which meets a surface; `out` (SIZE,) is room to work in."""
    way, hit, row = ways[i], floats[i], integers[i, 0]
    kind, seed = surface_integers[row, 0], surface_integers[row, 2]
    material(kind, hit, way, surface_floats[row], seed, integers[i, 2], flags, signals, marks, light, out)
    labels[i] = surface_integers[row, 1] if out[LABEL] < 0.0 else int(out[LABEL])
    traced = lit(hit, way, key[i], seen[i], boxes, light, out, integers[i, 2] < 0)
    haze = 1.0 - exp(-light[FOG] * hit[DISTANCE])
    red, green, blue = gradient(way[0], way[1], max(way[2], 0.0), light)
    colours[i, 0] = out[EMISSION] + (red - out[EMISSION]) * haze
    colours[i, 1] = out[EMISSION + 1] + (green - out[EMISSION + 1]) * haze
    colours[i, 2] = out[EMISSION + 2] + (blue - out[EMISSION + 2]) * haze
    mirrors[i] = traced * (1.0 - haze)
    if len(glows) > 0:
        halo(eye, way, hit[DISTANCE], glows, colours[i])


@inner
def lit(hit: Array, way: Array, key: Array, seen: float, boxes: Array, light: Array, out: Array, fixed: bool) -> float:
    """Add up in the slots of EMISSION what leaves the surface towards the eye; returns the traced mirror's share."""
    nx, ny, nz = hit[NORMAL], hit[NORMAL + 1], hit[NORMAL + 2]
    open_sky = hit[AMBIENT] * out[AMBIENT_FACTOR]
    if fixed and hit[POSITION + 2] < 0.6:
        open_sky *= contact(hit[POSITION], hit[POSITION + 1], hit[POSITION + 2], boxes)
    kx, ky, kz = key[KEY_DIRECTION], key[KEY_DIRECTION + 1], key[KEY_DIRECTION + 2]
    direct = seen * out[KEY]
    through = 0.0
    if out[BACKLIT] > 0.0:
        # Thin leaves pass light on: lit from either side, softly.
        through = seen * out[BACKLIT] * (0.35 + 0.65 * max(-(nx * kx + ny * ky + nz * kz), 0.0))
    up = 0.5 + 0.5 * nz
    lamps_open = 0.35 + 0.65 * open_sky
    for c in range(3):
        dome = light[AMBIENT_COLOUR + c]
        # From below comes what the street throws back of sun and sky.
        bounce = 0.20 * dome + 0.10 * light[SUN_COLOUR + c] * max(light[SUN + 2], 0.0)
        ambient = (dome * up + bounce * (1.0 - up)) * open_sky
        arriving = ambient + direct * key[KEY_COLOUR + c] + lamps_open * key[KEY_OTHERS + c]
        if through > 0.0:
            arriving += through * light[SUN_COLOUR + c]
        out[EMISSION + c] += out[ALBEDO + c] * arriving
    if out[MIRROR] <= 0.0:
        return 0.0
    return mirrored(hit, way, key, direct, open_sky, light, out)


@inner
def mirrored(hit: Array, way: Array, key: Array, direct: float, open_sky: float, light: Array, out: Array) -> float:
    """Add the highlight and the untraced mirror image; returns the share left for a traced ray."""
    nx, ny, nz = hit[NORMAL], hit[NORMAL + 1], hit[NORMAL + 2]
    size = sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx / size, ny / size, nz / size
    facing = min(max(-(way[0] * nx + way[1] * ny + way[2] * nz), 0.0), 1.0)
    fresnel = out[MIRROR] + (1.0 - out[MIRROR]) * (1.0 - facing) ** 5
    rx, ry, rz = way[0] + 2.0 * facing * nx, way[1] + 2.0 * facing * ny, way[2] + 2.0 * facing * nz
    gloss = out[GLOSS]
    towards = rx * key[KEY_DIRECTION] + ry * key[KEY_DIRECTION + 1] + rz * key[KEY_DIRECTION + 2]
    if towards > 0.0 and direct > 0.0:
        power = 6.0 + 500.0 * gloss * gloss * gloss
        spot = direct * (out[MIRROR] + 0.3 * fresnel) * (power + 2.0) * 0.12 * towards**power
        facing_key = max(nx * key[0] + ny * key[1] + nz * key[2], 0.05)
        for c in range(3):
            out[EMISSION + c] += min(spot * key[KEY_COLOUR + c] / facing_key, 30.0) * facing_key
    share = fresnel * (0.15 + 0.85 * gloss)
    traced = share * out[TRACED]
    image = share - traced
    if image > 0.003:
        red, green, blue = surroundings(rx, ry, rz, light, 7)
        if light[LAMPS] > 0.5:
            # At night the lit street stands in the mirror.
            band = light[LAMPS] * 0.10 * smooth(0.35, 0.0, abs(rz - 0.05))
            red, green, blue = red + band, green + 0.75 * band, blue + 0.5 * band
        metallic = out[METALLIC]
        dim = 0.3 + 0.7 * open_sky
        out[EMISSION] += image * dim * red * (1.0 - metallic + metallic * out[ALBEDO] * 2.0)
        out[EMISSION + 1] += image * dim * green * (1.0 - metallic + metallic * out[ALBEDO + 1] * 2.0)
        out[EMISSION + 2] += image * dim * blue * (1.0 - metallic + metallic * out[ALBEDO + 2] * 2.0)
    return traced


@kernel
def mirror_rays(floats: Array, ways: Array, mirrors: Array, least: float) -> Any:
    """Hits whose mirror image deserves a ray, and those rays: indices, origins, directions."""
    found = np.empty(len(floats), np.int32)
    n = 0
    for i in range(len(floats)):
        if mirrors[i] > least:
            found[n] = i
            n += 1
    found = found[:n].copy()
    origins = np.empty((n, 3), np.float32)
    directions = np.empty((n, 3), np.float32)
    for k in range(n):
        i = found[k]
        nx, ny, nz = floats[i, FLAT], floats[i, FLAT + 1], floats[i, FLAT + 2]
        along = 2.0 * (ways[i, 0] * nx + ways[i, 1] * ny + ways[i, 2] * nz)
        for c in range(3):
            origins[k, c] = floats[i, POSITION + c] + 4e-3 * floats[i, FLAT + c]
        directions[k, 0] = ways[i, 0] - along * nx
        directions[k, 1] = ways[i, 1] - along * ny
        directions[k, 2] = ways[i, 2] - along * nz
    return found, origins, directions
