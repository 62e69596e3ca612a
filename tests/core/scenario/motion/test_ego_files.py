"""Ego paths as files."""

import json
from pathlib import Path

import numpy as np
import pytest
from motion_samples import START_NS, bend_left, driven, ns, seconds

from core.errors import UserError
from core.scenario.motion import cut_out, read_ego_path, write_ego_path


@pytest.mark.parametrize("name", ["path.csv", "path.json"])
def test_a_path_comes_back_as_it_went(tmp_path: Path, name: str) -> None:
    ego = driven(bend_left(), 9.0)
    write_ego_path(ego, tmp_path / name, start_ns=START_NS)
    again = read_ego_path(tmp_path / name, start_ns=START_NS)
    np.testing.assert_array_equal(again.t_ns, ego.t_ns)
    np.testing.assert_allclose(again.poses.translation, ego.poses.translation, atol=1e-6)
    np.testing.assert_allclose(again.poses.heading, ego.poses.heading, atol=1e-6)


def test_the_speed_is_written_for_the_reader(tmp_path: Path) -> None:
    write_ego_path(driven(bend_left(), 9.0), tmp_path / "path.csv", start_ns=START_NS)
    header, *rows = (tmp_path / "path.csv").read_text().splitlines()
    assert header == "t_s,x_m,y_m,z_m,heading_rad,speed_mps"
    assert [float(row.split(",")[-1]) for row in rows[:70]] == pytest.approx([9.0] * 70, abs=0.05)


def test_a_spreadsheets_file_with_own_columns_and_no_heights_is_read(tmp_path: Path) -> None:
    path = tmp_path / "path.csv"
    path.write_text("\ufefft_s, heading_rad, x_m, y_m, note\n0, 0.1, 1, 2, start\n0.5, 0.1, 3, 2,\n", encoding="utf-8")
    poses = read_ego_path(path, start_ns=START_NS)
    np.testing.assert_allclose(poses.poses.translation, [[1, 2, 0], [3, 2, 0]])
    np.testing.assert_allclose(seconds(poses), [0, 0.5])


HEAD = "t_s,x_m,y_m,z_m,heading_rad,speed_mps\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "column t_s.*line 1.*Begin the file"),
        ("t_s,x_m,y_m\n0,1,2\n", "column heading_rad"),
        (HEAD, "no rows"),
        (HEAD + "0,0,0,0,0,1\n0.1,zero,0,0,0,1\n", "line 3 x_m"),
        (HEAD + "0,0,0,0,nan,1\n", "line 2 heading_rad"),
        (HEAD + "0,0,0,0,0,1\n0,1,0,0,0,1\n", "not after the one before it.*line 3 t_s"),
        (HEAD + "0,0,0\n", "not as many values.*line 2"),
        (HEAD + "0,0,0,0,0,1,7\n", "not as many values.*line 2"),
    ],
)
def test_a_wrong_csv_is_told_by_line_and_field(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "path.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=told) as raised:
        read_ego_path(path, start_ns=START_NS)
    assert raised.value.path == path


def test_a_wrong_json_is_told_by_row_and_field(tmp_path: Path) -> None:
    path = tmp_path / "path.json"
    rows = [{"t_s": 0, "x_m": 0, "y_m": 0, "heading_rad": 0}, {"t_s": 1, "x_m": 0, "y_m": 0}]
    path.write_text(json.dumps({"schema_name": "driftless-ego-path", "version": 1, "rows": rows}))
    with pytest.raises(UserError, match=r"rows\[1\] heading_rad"):
        read_ego_path(path, start_ns=START_NS)
    path.write_text("{}")
    with pytest.raises(UserError, match="schema_name"):
        read_ego_path(path, start_ns=START_NS)
    path.write_text("{")
    with pytest.raises(UserError, match="no ego path"):
        read_ego_path(path, start_ns=START_NS)


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_ego_path(tmp_path / "none.csv", start_ns=START_NS)
    with pytest.raises(UserError, match="cannot be written"):
        write_ego_path(driven(bend_left(), 9.0), tmp_path, start_ns=START_NS)


def test_a_stretch_is_cut_out_with_both_ends() -> None:
    ego = driven(bend_left(), 9.0)
    stretch = cut_out(ego, 2.03, 4.0, start_ns=START_NS)
    np.testing.assert_allclose(seconds(stretch)[[0, 1, -1]], [2.03, 2.1, 4.0])
    np.testing.assert_allclose(stretch.poses[0].translation, ego.at(ns(2.03)).translation)
    with pytest.raises(ValueError, match="empty"):
        cut_out(ego, 20.0, 30.0, start_ns=START_NS)
