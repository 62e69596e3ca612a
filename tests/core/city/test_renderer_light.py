import numpy as np
import pytest
from city_box_scene import box_actor, box_world, camera, looking_along_x

from core.city.renderer import CityRenderer
from core.city.roads import SignalHead
from core.city.signals import Phase, SignalPlan
from core.city.static_world import Lamp, StaticWorld
from core.city.street.builder import MeshBuilder
from core.city.street.signals import add_head
from core.city.surfaces import Label, Material, Surface, SurfaceTable
from core.city.weather import Weather, WeatherKind
from core.geometry import Pose


def _brightness(renderer: CityRenderer, world_from_camera: Pose, place_m: tuple[float, float, float]) -> float:
    """Brightness of the picture where a world point is seen."""
    lens = camera()
    pixels, _ = lens.project(world_from_camera.inverse().apply(np.array([place_m])))
    x, y = np.round(pixels[0]).astype(int)
    return float(renderer.render(lens, world_from_camera, [], 0.0).rgb[y, x].mean())


def _sunny(azimuth_rad: float, elevation_rad: float = 0.6) -> Weather:
    clear = Weather.of("clear", 3)
    return clear.model_copy(update={"sun_azimuth_rad": azimuth_rad, "sun_elevation_rad": elevation_rad})


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_shadow_falls_away_from_the_sun(side: float) -> None:
    # The sun stands to one side of the wall, so the ground on its other side is dark.
    renderer = CityRenderer(box_world(), _sunny(side * np.pi / 2))
    eye = looking_along_x(0.0, 0.0, 4.0)
    away = _brightness(renderer, eye, (10.5, -side * 5.0, 0.0))
    towards = _brightness(renderer, eye, (10.5, side * 5.0, 0.0))
    assert away < 0.7 * towards


def test_an_actor_throws_a_shadow_too() -> None:
    world = box_world()
    renderer = CityRenderer(world, _sunny(np.pi / 2, 0.785))
    lens, eye = camera(), looking_along_x(-4.0, 0.0, 4.0)
    empty = renderer.render(lens, eye, [], 0.0)
    actor = box_actor(world.surfaces, (6.0, 1.5, 1.0))
    shaded = renderer.render(lens, eye, [actor], 0.0)
    pixel, _ = lens.project(eye.inverse().apply(np.array([[6.0, -0.6, 0.0]])))
    x, y = np.round(pixel[0]).astype(int)
    assert shaded.instance[y, x] == 0
    assert shaded.rgb[y, x].mean() < 0.75 * empty.rgb[y, x].mean()


def test_every_weather_has_its_own_light() -> None:
    world = box_world()
    means = {
        kind: CityRenderer(world, Weather.of(kind, 1)).render(camera(), looking_along_x(), [], 0.0).rgb.mean()
        for kind in WeatherKind
    }
    assert means[WeatherKind.NIGHT] < 0.4 * min(value for kind, value in means.items() if kind is not WeatherKind.NIGHT)
    assert len({round(float(value), 3) for value in means.values()}) == len(means)


def test_fog_swallows_what_is_far() -> None:
    renderer = CityRenderer(box_world(wall_colour=(0.02, 0.02, 0.02)), Weather.of("fog", 1))
    near = renderer.render(camera(), looking_along_x(0.0), [], 0.0).rgb[20, 32].mean()
    far = renderer.render(camera(focal_px=600.0), looking_along_x(-200.0), [], 0.0).rgb[20, 32].mean()
    assert far > 1.5 * near


def test_a_street_lamp_lights_the_ground_below_it_at_night() -> None:
    dark = box_world()
    lit = StaticWorld(dark.mesh, dark.surfaces, (Lamp((6.0, 0.0, 6.0), (1.0, 0.9, 0.8)),))
    night = Weather.of("night", 1)
    eye = looking_along_x(-6.0, 0.0, 4.0)
    below = (6.0, 0.0, 0.0)
    assert _brightness(CityRenderer(lit, night), eye, below) > 1.5 * _brightness(CityRenderer(dark, night), eye, below)


def test_the_egos_head_lamps_light_the_street_ahead() -> None:
    renderer = CityRenderer(box_world(), Weather.of("night", 1))
    without = renderer.render(camera(), looking_along_x(), [], 0.0)
    with_lamps = renderer.render(camera(), looking_along_x(), [], 0.0, world_from_ego=Pose.identity())
    assert with_lamps.rgb[29:34, 24:40].mean() > 2 * without.rgb[29:34, 24:40].mean()


def test_tail_lamps_brighten_while_braking() -> None:
    world = box_world()
    renderer = CityRenderer(world, Weather.of("dusk", 1))
    calm, braking = (
        renderer.render(
            camera(),
            looking_along_x(),
            [
                box_actor(
                    world.surfaces, (6.0, 0.0, 1.0), material=Material.TAIL_LAMP, colour=(0.4, 0.02, 0.02), braking=on
                )
            ],
            0.0,
        )
        for on in (False, True)
    )
    assert braking.rgb[24, 32, 0] > 1.3 * calm.rgb[24, 32, 0]


def test_puddles_mirror_what_stands_behind_them() -> None:
    asphalt = Surface(Material.ASPHALT, Label.ROAD, (0.09, 0.09, 0.09))
    red, grey = (
        CityRenderer(box_world(asphalt, colour), Weather.of("rain", 1)).render(camera(), looking_along_x(), [], 0.0)
        for colour in ((0.8, 0.02, 0.02), (0.3, 0.3, 0.3))
    )
    before_wall = (slice(31, 36), slice(26, 38))
    assert np.all(red.label[before_wall] == Label.ROAD)
    redness = [image.rgb[before_wall].astype(int) @ [1, 0, -1] for image in (red, grey)]
    assert (redness[0] - redness[1]).max() > 15


def test_signals_show_what_their_plan_says() -> None:
    surfaces = SurfaceTable()
    builder = MeshBuilder(surfaces)
    head = SignalHead((5.0, 0.0, 0.0), np.pi, 0.0, int(Phase.MAIN), False)
    add_head(builder, head)
    plan = SignalPlan(main_green_s=20.0, side_green_s=10.0, offset_s=0.0)
    world = StaticWorld(builder.build(), surfaces, signal_plans=(plan,))
    renderer = CityRenderer(world, Weather.of("overcast", 1))
    lens, eye = camera(64, 64, 200.0), looking_along_x(0.0, 0.0, 3.0)
    green, red = (renderer.render(lens, eye, [], t_s).rgb.astype(int) for t_s in (5.0, 30.0))
    shines_green = (green[..., 1] > 150) & (green[..., 1] > green[..., 0] + 60)
    shines_red = (red[..., 0] > 150) & (red[..., 0] > red[..., 1] + 60)
    assert shines_green.any() and shines_red.any()
    # The red lamp is the upper one.
    assert np.argwhere(shines_red)[:, 0].mean() < np.argwhere(shines_green)[:, 0].mean()
    assert not ((red[..., 1] > 150) & (red[..., 1] > red[..., 0] + 60)).any()
