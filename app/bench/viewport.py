"""Splats in the viewport: preparing, ordering, sending, drawing, and from a move of the camera to the screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.bench.registry import Benchmark, Figure
from app.bench.splats import street
from app.bench.window_process import measure_in_window, wait_until
from core.geometry import Pose, PoseTrack
from core.logs import DrivingLog
from core.scene import Scene, Sky

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from widgets.viewport.gl_splats import Packed as PackedSplats
    from widgets.viewport.stock import Stock

COUNTS = {"50 k splats": 50_000, "200 k splats": 200_000, "1 M splats": 1_000_000}
SIZE = (1280, 720)
RUNS = 2
MOVES = 20
WAIT_S = 120.0


def measure() -> list[Figure]:
    return measure_in_window("viewport")


def drive(_window: MainWindow, _log_path: Path, _started_s: float) -> list[Figure]:
    figures = []
    for title, count in COUNTS.items():
        stock = bench_stock(count)
        figures += [*_by_card(stock, title), *_by_processor(stock, title), *_in_view(stock, title)]
    return figures


def bench_stock(count: int) -> Stock:
    """A street of splats along world x, and a log that only drives along it."""
    from widgets.viewport.stock import Stock

    path = PoseTrack([0, 10**9], Pose.from_heading(np.zeros(2), [[0.0, 0.0, 0.0], [10.0, 0.0, 0.0]]))
    log = DrivingLog(name="street", format="none", path=Path("none"), ego=path, cameras=())
    world_from_street = Pose.from_rotation([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], [0.0, 0.0, 1.6])
    static = street(count).moved(world_from_street)
    return Stock(log, Scene(name="street", start_ns=0, duration_s=1.0, static=static, sky=Sky.plain()))


def _by_card(stock: Stock, title: str) -> list[Figure]:
    """What the painter for graphics cards does, step by step, on whatever OpenGL there is."""
    from core.splats.sorting import back_to_front
    from widgets.theme import DARK
    from widgets.viewport import opengl
    from widgets.viewport.gl_splats import GlSplats, Packed, SortedSplats, colours_of, geometry_of
    from widgets.viewport.layers import Layers
    from widgets.viewport.orbit import FIELD_RAD, behind
    from widgets.viewport.scenery import Look, Scenery
    from widgets.viewport.sight import wide
    from widgets.viewport.splat_world import ColourMode, SplatRequest

    world = stock.world()
    camera = behind(stock.log.ego.at(0))
    sight = wide(camera.pose, FIELD_RAD, *SIZE)
    nodes = stock.nodes_at(0.0, static=True, actors=True, selected=frozenset(), hovered=None)
    packed = Packed(geometry_of(world), colours_of(world, world.cloud.colours))
    pack_ms = _best_ms(lambda: (geometry_of(world), colours_of(world, world.cloud.colours)))
    order = back_to_front(world.cloud.means_m, sight.camera_from_world)
    order_ms = _best_ms(lambda: back_to_front(world.cloud.means_m, sight.camera_from_world))
    splats = SortedSplats(SplatRequest(sight, 0.0, nodes), packed, order.astype(np.float32))
    painter = GlSplats()
    offscreen = opengl.OffscreenGl()
    scenery = Scenery(offscreen, painter)
    look = Look(
        stock=stock,
        sweep=None,
        splats=splats,
        sight=sight,
        t_s=0.0,
        centre_m=camera.target_m,
        distance_m=camera.distance_m,
        ratio=1.0,
        selected=frozenset(),
        hovered=None,
        camera_names=frozenset(),
        through=None,
        theme=DARK,
        layers=Layers().shown(),
        mode=ColourMode.RGB,
    )
    scenery.draw(look)
    draw_ms = _best_ms(lambda: scenery.draw(look))
    # gloo sends with the next draw; that of a tiny frame is nearly free.
    small = wide(camera.pose, FIELD_RAD, 16, 9)
    look, splats = replace(look, sight=small), replace(splats, request=SplatRequest(small, 0.0, nodes))
    scenery.draw(replace(look, splats=splats))
    nothing_ms = _best_ms(lambda: scenery.draw(replace(look, splats=splats)))
    orders = [replace(look, splats=replace(splats, indices=splats.indices.copy())) for _ in range(RUNS)]
    send_order_ms = _best_ms(lambda: scenery.draw(orders.pop()))
    send_all_ms = _best_ms(lambda: scenery.draw(replace(look, splats=replace(splats, packed=_again(packed)))))
    scenery.close()
    painter.close()
    offscreen.destroy()
    return [
        Figure(f"{title}, OpenGL: preparing textures", pack_ms, "ms"),
        Figure(f"{title}, OpenGL: sending textures", max(send_all_ms - nothing_ms, 0.0), "ms"),
        Figure(f"{title}, OpenGL: ordering", order_ms, "ms"),
        Figure(f"{title}, OpenGL: sending the order", max(send_order_ms - nothing_ms, 0.0), "ms"),
        Figure(f"{title}, OpenGL: drawing a frame", draw_ms, "ms"),
    ]


def _by_processor(stock: Stock, title: str) -> list[Figure]:
    from widgets.viewport.cpu_splats import draw_splats
    from widgets.viewport.orbit import FIELD_RAD, behind
    from widgets.viewport.sight import wide
    from widgets.viewport.splat_world import SplatRequest

    world = stock.world()
    nodes = stock.nodes_at(0.0, static=True, actors=True, selected=frozenset(), hovered=None)
    request = SplatRequest(wide(behind(stock.log.ego.at(0)).pose, FIELD_RAD, *SIZE), 0.0, nodes)
    return [
        Figure(f"{title}, processor: picture at rest", _best_ms(lambda: draw_splats(world, request)), "ms"),
        Figure(f"{title}, processor: half size", _best_ms(lambda: draw_splats(world, request, 0.5)), "ms"),
    ]


def _in_view(stock: Stock, title: str) -> list[Figure]:
    """The viewport as a user has it here."""
    from widgets.playback import Playback
    from widgets.selection import Selection
    from widgets.viewport import Viewport

    view = Viewport(Playback(), Selection())
    view.resize(*SIZE)
    view.show()
    wait_until(lambda: view.painter is not None, WAIT_S)
    view.set_log(stock.log)
    started_s = time.perf_counter()
    view.set_scene(stock.scene)
    wait_until(lambda: view.settled, WAIT_S)
    figures = [Figure(f"{title}, viewport: scene to full picture", time.perf_counter() - started_s, "s")]
    times_ms = []
    for _ in range(MOVES):
        started_s = time.perf_counter()
        view.set_camera(view.camera.orbited(0.01, 0.0))
        wait_until(lambda: view.sight_on_screen is view.sight, WAIT_S)
        times_ms.append((time.perf_counter() - started_s) * 1000)
    view.close()
    view.deleteLater()
    return [*figures, Figure(f"{title}, viewport: move to screen, median", float(np.median(times_ms)), "ms")]


def _again(packed: PackedSplats) -> PackedSplats:
    """The same textures, which the card takes for new ones."""
    return replace(packed, geometry=packed.geometry[:], colours=packed.colours[:])


def _best_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        started_s = time.perf_counter()
        work()
        times.append(time.perf_counter() - started_s)
    return min(times) * 1000


BENCHMARK = Benchmark("viewport", "Splats in the viewport", measure)
