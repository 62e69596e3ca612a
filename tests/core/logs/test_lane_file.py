"""Lane maps survive the way to a file and back."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.geometry import Pose
from core.logs import Lane, LaneMap
from core.logs.lane_file import read_lane_map, write_lane_map


def small_map() -> LaneMap:
    line = np.array([[0.0, 0.0, 0.1234], [5.0, 1.0, 0.2], [10.0, 4.0, 0.3]])
    lane = Lane(id="a", centre_m=line, left_m=line + 1, right_m=line - 1, successors=("b",))
    other = Lane(id="b", centre_m=line + 10, left_m=line + 11, right_m=line + 9, in_junction=True, speed_limit_mps=13.9)
    return LaneMap(lanes={"a": lane, "b": other}, crossings=(line,), drivable=(line, line))


def test_a_written_map_reads_back_to_the_millimetre(tmp_path: Path) -> None:
    original = small_map()
    write_lane_map(original, tmp_path / "driftless" / "lane_map.json")
    read = read_lane_map(tmp_path / "driftless" / "lane_map.json")

    assert list(read.lanes) == ["a", "b"]
    assert read.lanes["a"].successors == ("b",)
    assert read.lanes["b"].in_junction
    assert read.lanes["b"].speed_limit_mps == 13.9
    np.testing.assert_allclose(read.lanes["a"].left_m, original.lanes["a"].left_m, atol=5.1e-4)
    assert len(read.crossings) == 1
    assert len(read.drivable) == 2


def test_a_moved_map_moves_every_line() -> None:
    moved = small_map().moved(Pose.from_heading(np.pi / 2, [100.0, 0.0, 0.0]))
    np.testing.assert_allclose(moved.lanes["a"].centre_m[1], [99.0, 5.0, 0.2])
    np.testing.assert_allclose(moved.crossings[0][2], [96.0, 10.0, 0.3])
    np.testing.assert_allclose(moved.drivable[1][2], [96.0, 10.0, 0.3])


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"lanes": [], "crossings": []}', "drivable"),
        ('{"lanes": [{"id": "a", "centre_m": [[0, 0, NaN]]}], "crossings": [], "drivable": []}', "lanes[0].centre_m"),
        (
            '{"lanes": [{"id": "a", "centre_m": [[0,0,0]], "left_m": [], "right_m": []}],'
            ' "crossings": [], "drivable": []}',
            "lanes[0].centre_m",
        ),
    ],
)
def test_a_damaged_map_names_file_and_field(tmp_path: Path, text: str, field: str) -> None:
    path = tmp_path / "lane_map.json"
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        read_lane_map(path)
    assert caught.value.path == path
    assert caught.value.field is not None
    assert caught.value.field.startswith(field)
