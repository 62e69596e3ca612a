"""`driftless convert-splats`, as a script meets it, on good files and bad ones."""

import gzip
import sys
from pathlib import Path

import numpy as np
import pytest

from app import cli as command_line
from core.splats import GaussianCloud
from core.splats.files import FORMATS, read_splats, write_splats

COUNT = 8


@pytest.fixture(autouse=True)
def own_folder(own_log_folder: Path) -> None:
    """Messages go into a folder of the test."""


class Command:
    """The command with its exit status and what it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["driftless", "convert-splats", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            command_line.main()
        said = self._capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err


@pytest.fixture
def convert(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.setenv("COLUMNS", "200")
    return Command(monkeypatch, capsys)


def row_of_splats(count: int = COUNT) -> GaussianCloud:
    return GaussianCloud(
        means_m=np.arange(3 * count, dtype=np.float32).reshape(count, 3),
        quaternions=np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        scales_m=np.full((count, 3), 0.1, np.float32),
        opacities=np.full(count, 0.5, np.float32),
        colours=np.full((count, 3), 0.5, np.float32),
    )


def damaged(path: Path, name: str, value: float, rows: slice) -> Path:
    """A PLY file of which some rows have one value in all columns whose names begin with a name."""
    write_splats(row_of_splats(), path)
    header, end, body = path.read_bytes().partition(b"end_header\n")
    names = [line.split()[-1].decode() for line in header.splitlines() if line.startswith(b"property")]
    table = np.frombuffer(body, "<f4").reshape(COUNT, -1).copy()
    table[rows, [column.startswith(name) for column in names]] = value
    path.write_bytes(header + end + table.tobytes())
    return path


def test_splats_become_what_the_suffix_says(tmp_path: Path, convert: Command) -> None:
    write_splats(row_of_splats(1), tmp_path / "one.ply")
    status, said, _ = convert(tmp_path / "one.ply", tmp_path / "one.spz")
    assert (status, said) == (0, f"1 splat in {tmp_path / 'one.spz'}\n")
    assert np.allclose(read_splats(tmp_path / "one.spz").means_m, [[0, 1, 2]], atol=1e-3)
    convert(tmp_path / "one.ply", tmp_path / "up.ply", "--target-axes", "zup")
    assert np.allclose(read_splats(tmp_path / "up.ply").means_m, [[2, 0, -1]], atol=1e-5)
    status, _, told = convert(tmp_path / "one.ply", tmp_path / "up.ply", "--source-axes", "xyz")
    assert status == 2
    assert "axes" in told


def test_the_help_names_every_suffix(convert: Command) -> None:
    _, said, _ = convert("--help")
    readable, writable = (next(line for line in said.splitlines() if f" {name} " in line) for name in ("IN", "OUT"))
    for found in FORMATS:
        for suffix in found.suffixes:
            assert suffix in readable
            assert (suffix in writable) == (found.write is not None)


@pytest.mark.parametrize(("promised", "status", "said"), [(9, 2, "promises 9 rows"), (7, 0, "after the 7 rows")])
def test_a_ply_that_promises_another_number_of_rows(
    promised: int, status: int, said: str, tmp_path: Path, convert: Command
) -> None:
    write_splats(row_of_splats(), tmp_path / "a.ply")
    data = (tmp_path / "a.ply").read_bytes().replace(b"vertex 8", b"vertex %d" % promised)
    (tmp_path / "a.ply").write_bytes(data)
    found, _, told = convert(tmp_path / "a.ply", tmp_path / "b.ply")
    assert found == status
    assert said in told
    assert "a.ply" in told
    assert (tmp_path / "b.ply").exists() == (status == 0)


FAULTS = [("x", np.nan, "means_m"), ("scale", np.inf, "scales_m"), ("rot", 0.0, "quaternions")]


@pytest.mark.parametrize(("name", "value", "field"), FAULTS)
def test_single_splats_that_cannot_be_drawn_are_left_out_and_told(
    name: str, value: float, field: str, tmp_path: Path, convert: Command
) -> None:
    status, said, told = convert(damaged(tmp_path / "a.ply", name, value, slice(3)), tmp_path / "b.ply")
    assert status == 0
    assert said.startswith("5 splats in")
    assert "3 of 8" in told
    assert field in told


@pytest.mark.parametrize(("name", "value", "field"), FAULTS)
def test_a_file_of_nothing_else_is_refused(
    name: str, value: float, field: str, tmp_path: Path, convert: Command
) -> None:
    status, _, told = convert(damaged(tmp_path / "a.ply", name, value, slice(COUNT)), tmp_path / "b.ply")
    assert status == 2
    assert f"a.ply, field {field}." in told
    assert not (tmp_path / "b.ply").exists()


@pytest.mark.parametrize("suffix", [".ply", ".spz"])
def test_a_promise_of_a_billion_splats_is_no_reason_to_run_out_of_memory(
    suffix: str, tmp_path: Path, convert: Command
) -> None:
    path = tmp_path / f"a{suffix}"
    write_splats(row_of_splats(), path)
    if suffix == ".ply":
        path.write_bytes(path.read_bytes().replace(b"vertex 8", b"vertex 1000000000"))
    else:
        data = gzip.decompress(path.read_bytes())
        path.write_bytes(gzip.compress(data[:8] + (10**9).to_bytes(4, "little") + data[12:]))
    status, _, told = convert(path, tmp_path / "b.ply")
    assert status == 2
    assert "promises 1000000000" in told
    assert "copy or export it again" in told


def test_an_unknown_version_of_spz_is_named(tmp_path: Path, convert: Command) -> None:
    write_splats(row_of_splats(), tmp_path / "a.spz")
    data = gzip.decompress((tmp_path / "a.spz").read_bytes())
    (tmp_path / "a.spz").write_bytes(gzip.compress(data[:4] + (9).to_bytes(4, "little") + data[8:]))
    status, _, told = convert(tmp_path / "a.spz", tmp_path / "b.ply")
    assert status == 2
    assert "Version 9 of SPZ is unknown; 1 to 4 can be read" in told


def test_empty_files_and_files_without_splats_are_told_apart(tmp_path: Path, convert: Command) -> None:
    (tmp_path / "empty.ply").touch()
    write_splats(row_of_splats(0), tmp_path / "none.ply")
    status, _, told = convert(tmp_path / "empty.ply", tmp_path / "b.ply")
    assert (status, "The file is empty" in told) == (2, True)
    status, said, told = convert(tmp_path / "none.ply", tmp_path / "b.ply")
    assert (status, said.split(" in ")[0], told) == (0, "0 splats", "There are no splats in none.ply.\n")
