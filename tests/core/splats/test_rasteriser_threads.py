import threading

import numpy as np
import pytest
from raster_scenes import RasterScene, scattered

from core.splats.rasteriser import RasterImage, rasterise, rasterise_backward
from core.splats.sorting import back_to_front
from core.splats.threads import in_ranges, share


def crowded(seed: int) -> RasterScene:
    """Enough splats for several pieces of every kind of work."""
    scene = scattered(seed, 12000)
    scene.scales *= 0.2
    scene.width, scene.height = 150, 110
    scene.intrinsics = np.array([[120.0, 0.0, 74.0], [0.0, 120.0, 54.0], [0.0, 0.0, 1.0]])
    return scene


def everything(scene: RasterScene, threads: int | None) -> list[bytes]:
    """The bytes of a picture and of gradients through it."""
    image = rasterise(*scene.positional, features=scene.features, background=scene.background, threads=threads)
    assert image.features is not None
    pictures = [image.rgb, image.depth_m, image.alpha, image.features]
    random = np.random.default_rng(0)
    back = rasterise_backward(image, *(random.normal(size=each.shape) for each in pictures))
    shapes = [back.means_m, back.quaternions, back.scales_m, back.opacities, back.colours]
    return [each.tobytes() for each in [*pictures, *shapes, back.features, back.camera_from_world, back.background]]


def test_any_number_of_threads_gives_the_same_bytes() -> None:
    scene = crowded(0)
    alone = everything(scene, 1)
    for threads in (2, 3, 7, None):
        assert everything(scene, threads) == alone


def test_a_second_time_gives_the_same_bytes() -> None:
    assert everything(crowded(1), None) == everything(crowded(1), None)


def test_four_threads_at_once_do_not_disturb_each_other() -> None:
    scenes = [crowded(seed) for seed in range(4)]
    alone = [everything(scene, 2) for scene in scenes]
    together: list[list[list[bytes]]] = [[] for _ in scenes]
    start = threading.Barrier(len(scenes))

    def draw(which: int) -> None:
        start.wait()
        for _ in range(3):
            together[which].append(everything(scenes[which], 2))

    workers = [threading.Thread(target=draw, args=(i,)) for i in range(len(scenes))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert together == [[bytes_] * 3 for bytes_ in alone]


def test_a_picture_stays_usable_after_another_was_drawn() -> None:
    scene = crowded(5)
    image = rasterise(*scene.positional)
    ones = np.ones_like(image.rgb)
    before = rasterise_backward(image, ones).means_m
    rasterise(*crowded(6).positional)
    assert isinstance(image, RasterImage)
    np.testing.assert_array_equal(rasterise_backward(image, ones).means_m, before)


def test_shared_work_is_done_once_each() -> None:
    seen = np.zeros(1000, int)

    def work(begin: int, end: int) -> None:
        seen[begin:end] += 1

    share(work, in_ranges(1000, 7), 5)
    assert (seen == 1).all()


def test_an_error_in_shared_work_reaches_the_caller() -> None:
    def work(begin: int, _end: int) -> None:
        if begin == 42:
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        share(work, in_ranges(100, 1), 2)


def test_work_may_share_work_of_its_own() -> None:
    seen = np.zeros((20, 20), int)

    def outer(row: int, _: int) -> None:
        def inner(begin: int, end: int) -> None:
            seen[row, begin:end] += 1

        share(inner, in_ranges(20, 1), 4)

    share(outer, in_ranges(20, 1), 4)
    assert (seen == 1).all()


def test_back_to_front_is_the_order_of_depth() -> None:
    random = np.random.default_rng(1)
    depths = np.geomspace(0.5, 1500, 20000)
    depths = depths[random.permutation(len(depths))].astype(np.float32)
    means = np.stack([random.normal(size=len(depths)), random.normal(size=len(depths)), depths], 1).astype(np.float32)
    order = back_to_front(means, np.eye(4))
    np.testing.assert_array_equal(order, np.argsort(-depths, kind="stable"))


def test_back_to_front_follows_the_camera_and_puts_what_is_behind_last() -> None:
    means = np.array([[0, 0, 1], [0, 0, -2], [0, 0, 5], [0, 0, np.nan], [0, 0, np.inf], [0, 0, 3]], np.float32)
    assert back_to_front(means, np.eye(4)).tolist()[:4] == [4, 2, 5, 0]
    turned = np.diag([-1.0, 1.0, -1.0, 1.0])
    turned[2, 3] = 4.0
    assert back_to_front(means, turned).tolist()[:3] == [1, 0, 5]


@pytest.mark.parametrize("count", [0, 1])
def test_back_to_front_of_hardly_any(count: int) -> None:
    assert back_to_front(np.ones((count, 3), np.float32), np.eye(4)).tolist() == list(range(count))


def test_back_to_front_with_all_behind() -> None:
    assert sorted(back_to_front(np.full((5, 3), -1.0), np.eye(4)).tolist()) == list(range(5))
