"""What every reader and view relies on in the log model."""

import threading

import numpy as np
import pytest

from core.geometry import Pose, PoseTrack
from core.logs import ActorClass, ImageCache, MissingSample, Stream, Track

TENTH_NS = 100_000_000


def stream_with_a_gap() -> Stream:
    times = np.array([0, 1, 2, 5, 6], dtype=np.int64) * TENTH_NS
    return Stream(
        name="lidar",
        t_ns=times,
        missing=(MissingSample(3, 3 * TENTH_NS, "lidar/03"), MissingSample(4, 4 * TENTH_NS, "lidar/04")),
    )


def test_a_stream_answers_with_the_latest_sample_never_a_later_one() -> None:
    stream = stream_with_a_gap()
    assert stream.index_at(-1) is None
    assert stream.index_at(0) == 0
    assert stream.index_at(2 * TENTH_NS - 1) == 1
    assert stream.index_at(4 * TENTH_NS) == 2
    assert stream.index_at(99 * TENTH_NS) == 4


def test_the_gap_is_known_only_while_the_playhead_stands_in_it() -> None:
    stream = stream_with_a_gap()
    assert stream.missing_at(2 * TENTH_NS) is None
    missing = stream.missing_at(3 * TENTH_NS + 1)
    assert missing is not None
    assert missing.index == 3
    later = stream.missing_at(4 * TENTH_NS + 1)
    assert later is not None
    assert later.index == 4
    assert stream.missing_at(5 * TENTH_NS) is None


def test_numbers_count_the_missing_samples() -> None:
    assert [stream_with_a_gap().number_of(index) for index in range(5)] == [0, 1, 2, 5, 6]


def track(times: list[int], *, max_gap_s: float = 0.75) -> Track:
    metres = np.array([[t / TENTH_NS, 0.0, 0.0] for t in times])
    poses = Pose.from_heading(np.zeros(len(times)), metres)
    return Track(
        id="a",
        actor_class=ActorClass.CAR,
        source_label="Car",
        poses=PoseTrack(times, poses),
        size_m=(4.0, 2.0, 1.5),
        max_gap_s=max_gap_s,
    )


def test_a_box_is_interpolated_between_two_recorded_ones() -> None:
    box = track([0, TENTH_NS]).box_at(TENTH_NS // 4)
    assert box is not None
    assert box.world_from_box.translation == pytest.approx([0.25, 0.0, 0.0])


def test_an_actor_exists_from_its_first_to_its_last_box_and_not_in_a_long_gap() -> None:
    recorded = track([0, TENTH_NS, 20 * TENTH_NS])
    assert recorded.box_at(-1) is None
    assert recorded.box_at(0) is not None
    assert recorded.box_at(10 * TENTH_NS) is None
    assert recorded.box_at(20 * TENTH_NS) is not None
    assert recorded.box_at(20 * TENTH_NS + 1) is None


def test_speed_comes_from_the_boxes_around_the_time() -> None:
    assert track([0, TENTH_NS, 2 * TENTH_NS]).speed_at(TENTH_NS) == pytest.approx(10.0)
    assert track([0]).speed_at(0) == 0.0


def test_the_cache_never_grows_over_its_budget_and_drops_the_oldest() -> None:
    cache = ImageCache(budget_bytes=300)
    for key in range(4):
        cache.get(key, lambda: np.zeros(100, dtype=np.uint8))
    assert cache.bytes == 300
    assert cache.peek(0) is None
    assert cache.peek(3) is not None


def test_what_was_just_used_stays_in_the_cache() -> None:
    cache = ImageCache(budget_bytes=200)
    cache.get("a", lambda: np.zeros(100, dtype=np.uint8))
    cache.get("b", lambda: np.zeros(100, dtype=np.uint8))
    cache.peek("a")
    cache.get("c", lambda: np.zeros(100, dtype=np.uint8))
    assert cache.peek("a") is not None
    assert cache.peek("b") is None


def test_many_threads_may_use_one_cache() -> None:
    cache = ImageCache(budget_bytes=5_000)

    def use(seed: int) -> None:
        for key in np.random.default_rng(seed).integers(0, 200, 500):
            value = cache.get(int(key), lambda k=int(key): np.full(100, k % 256, dtype=np.uint8))
            assert value[0] == key % 256

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.bytes <= 5_000


def test_poses_are_held_outside_their_span_and_turn_the_short_way_between() -> None:
    poses = PoseTrack([0, 100], Pose.from_heading(np.array([3.0, -3.0]), np.zeros((2, 3))))
    assert poses.at(-5).heading == pytest.approx(3.0)
    assert poses.at(500).heading == pytest.approx(-3.0)
    assert abs(float(poses.at(50).heading)) == pytest.approx(np.pi)
    with pytest.raises(ValueError, match="increase"):
        PoseTrack([5, 5], Pose.from_heading(np.zeros(2), np.zeros((2, 3))))
