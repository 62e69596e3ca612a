"""PLY in all the ways that programs write it."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from splat_clouds import some_cloud

from core.errors import UserError
from core.splats.cloud import GaussianCloud
from core.splats.files import read_splats, write_splats

PLACES = ["x", "y", "z"]
REST = ["f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
FORMATS = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
TYPES = {"f4": "float", "f8": "double", "u1": "uchar", "i4": "int"}


def _columns(count: int = 7) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.uniform(-1, 1, count) for name in PLACES + REST}


def _ply(
    columns: dict[str, np.ndarray], *, kind: str = "binary_little_endian", code: str = "f4", extra: str = ""
) -> bytes:
    """A PLY file of one element; `extra` goes before the end of the header."""
    count = len(next(iter(columns.values())))
    codes = {name: values.dtype.str[1:] if values.dtype.kind != "f" else code for name, values in columns.items()}
    header = [f"ply\nformat {kind} 1.0\ncomment made by hand\nobj_info nothing\nelement vertex {count}"]
    header += [f"property {TYPES[codes[name]]} {name}" for name in columns]
    text = "\n".join(header) + "\n" + extra + "end_header\n"
    if kind == "ascii":
        rows = zip(*columns.values(), strict=True)
        return (text + "".join(" ".join(repr(float(value)) for value in row) + "\n" for row in rows)).encode()
    table = np.zeros(count, [(name, FORMATS[kind] + codes[name]) for name in columns])
    for name, values in columns.items():
        table[name] = values
    return text.encode() + table.tobytes()


def _read(folder: Path, data: bytes) -> GaussianCloud:
    (folder / "cloud.ply").write_bytes(data)
    return read_splats(folder / "cloud.ply")


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("code", ["f4", "f8"])
def test_text_and_binary_of_either_order_and_precision(tmp_path: Path, kind: str, code: str) -> None:
    columns = _columns()
    cloud = _read(tmp_path, _ply(columns, kind=kind, code=code))
    np.testing.assert_allclose(cloud.means_m, np.stack([columns[name] for name in PLACES], -1), rtol=1e-6)
    np.testing.assert_allclose(cloud.scales_m[:, 1], np.exp(columns["scale_1"]), rtol=1e-6)
    np.testing.assert_allclose(cloud.opacities, 1 / (1 + np.exp(-columns["opacity"])), rtol=1e-6)
    np.testing.assert_allclose(cloud.colours[:, 2], 0.5 + 0.28209479 * columns["f_dc_2"], rtol=1e-6)
    raw = np.stack([columns[f"rot_{index}"] for index in range(4)], -1)
    np.testing.assert_allclose(cloud.quaternions, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-6)
    assert cloud.harmonics is None
    assert cloud.means_m.dtype == cloud.scales_m.dtype == cloud.quaternions.dtype == np.float32


def test_properties_in_any_order_and_some_of_other_programs(tmp_path: Path) -> None:
    columns = _columns()
    shuffled = {name: columns[name] for name in sorted(columns, reverse=True)}
    mixed = {"red": np.arange(7, dtype=np.uint8), **shuffled, "label": np.arange(7, dtype=np.int32)}
    expected, found = _read(tmp_path, _ply(columns)), _read(tmp_path, _ply(mixed))
    for name in ("means_m", "quaternions", "scales_m", "opacities", "colours"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_harmonics_stand_channel_by_channel(tmp_path: Path, degree: int) -> None:
    count = (degree + 1) ** 2 - 1
    columns = _columns() | {f"f_rest_{index}": np.full(7, index / 10) for index in range(3 * count)}
    cloud = _read(tmp_path, _ply(columns))
    assert cloud.degree == degree
    np.testing.assert_allclose(cloud.harmonics[0, :, 0], np.arange(count) / 10, rtol=1e-6)
    np.testing.assert_allclose(cloud.harmonics[0, 1], np.array([1, count + 1, 2 * count + 1]) / 10, rtol=1e-6)


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    data = _ply(_columns())
    end = data.index(b"end_header\n") + len(b"end_header\n")
    assert len(_read(tmp_path, data[:end].replace(b"\n", b"\r\n") + data[end:])) == 7


def test_elements_after_the_splats_do_not_matter(tmp_path: Path) -> None:
    extra = "element face 2\nproperty list uchar int vertex_indices\n"
    assert len(_read(tmp_path, _ply(_columns(), extra=extra) + b"whatever")) == 7


def test_text_with_faces_before_the_splats(tmp_path: Path) -> None:
    data = _ply(_columns(), kind="ascii")
    faces = b"element face 2\nproperty list uchar int vertex_indices\nelement vertex"
    data = data.replace(b"element vertex", faces).replace(b"end_header\n", b"end_header\n3 0 1 2\n3 1 2 3\n")
    assert len(_read(tmp_path, data)) == 7


def test_infinite_logits_are_transparent_and_solid(tmp_path: Path) -> None:
    columns = _columns()
    columns["opacity"][:2] = [np.inf, -np.inf]
    assert _read(tmp_path, _ply(columns)).opacities[:2].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("name", "value"), [("scale_1", np.inf), ("scale_0", 800.0), ("x", np.nan), ("f_dc_0", np.inf)]
)
def test_splats_with_values_out_of_this_world_are_left_out(tmp_path: Path, name: str, value: float) -> None:
    columns = _columns()
    columns[name][3] = value
    assert len(_read(tmp_path, _ply(columns, code="f8"))) == 6


def test_doubles_that_overflow_single_precision_are_left_out(tmp_path: Path) -> None:
    columns = _columns()
    columns["y"][3] = 1e300
    assert len(_read(tmp_path, _ply(columns, code="f8"))) == 6


def test_a_file_of_nothing_but_nan_is_refused(tmp_path: Path) -> None:
    columns = _columns() | {"scale_2": np.full(7, np.nan)}
    with pytest.raises(UserError, match="7 of 7") as caught:
        _read(tmp_path, _ply(columns))
    assert caught.value.field == "scales_m"


@pytest.mark.parametrize("name", ["x", "opacity", "scale_2", "rot_3", "f_dc_0"])
def test_points_without_what_makes_splats_are_refused_by_property(tmp_path: Path, name: str) -> None:
    columns = _columns()
    del columns[name]
    with pytest.raises(UserError, match="without what makes them splats") as caught:
        _read(tmp_path, _ply(columns))
    assert caught.value.field == name


def test_a_number_of_harmonics_that_no_degree_has(tmp_path: Path) -> None:
    columns = _columns() | {f"f_rest_{index}": np.zeros(7) for index in range(10)}
    with pytest.raises(UserError, match="10 harmonics"):
        _read(tmp_path, _ply(columns))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_promise_of_a_billion_splats_is_held_against_the_size_of_the_file(tmp_path: Path, kind: str) -> None:
    data = _ply(_columns(), kind=kind).replace(b"element vertex 7", b"element vertex 1000000000")
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="promises 1000000000 rows") as caught:
            _read(tmp_path, data)
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()
    assert caught.value.field == "vertex"
    assert "copy or export" in str(caught.value)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_is_cut_short(tmp_path: Path, kind: str) -> None:
    data = _ply(_columns(), kind=kind)
    with pytest.raises(UserError, match=r"promises 7 rows|something else than the numbers"):
        _read(tmp_path, data[: len(data) - 160])


@pytest.mark.parametrize("kind", FORMATS)
def test_more_rows_than_the_header_promises_are_told(tmp_path: Path, kind: str) -> None:
    (tmp_path / "cloud.ply").write_bytes(_ply(_columns(), kind=kind).replace(b"vertex 7", b"vertex 5"))
    told: list[str] = []
    assert len(read_splats(tmp_path / "cloud.ply", tell=told.append)) == 5
    assert len(told) == 1
    assert "cloud.ply goes on after the 5 rows that its header promises" in told[0]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_empty_line_at_the_end_is_not_worth_a_word(tmp_path: Path, kind: str) -> None:
    (tmp_path / "cloud.ply").write_bytes(_ply(_columns(), kind=kind) + b"\r\n")
    told: list[str] = []
    assert len(read_splats(tmp_path / "cloud.ply", tell=told.append)) == 7
    assert told == []


def test_text_that_is_no_number(tmp_path: Path) -> None:
    data = _ply(_columns(), kind="ascii")
    with pytest.raises(UserError, match="something else than the numbers"):
        _read(tmp_path, data[:-9] + b" oh dear\n")


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (b"format binary_little_endian 1.0\n", b"", "no known format"),
        (b"binary_little_endian", b"binary_middle_endian", "makes no sense.*middle"),
        (b"element vertex 7", b"element vertex -7", "makes no sense"),
        (b"element vertex 7", b"element vertex 7.5", "makes no sense"),
        (b"property float x", b"property quaternion x", "makes no sense"),
        (b"property float x", b"property float y", "twice"),
        (b"element vertex", b"element corner", "no vertices"),
        (b"end_header\n", b"", "header does not end"),
        (b"element vertex 7", b"element face 1\nproperty list uchar int v\nelement vertex 7", "Lists stand before"),
    ],
)
def test_headers_that_make_no_sense(tmp_path: Path, before: bytes, after: bytes, what: str) -> None:
    data = _ply({name: np.zeros(7) for name in PLACES + REST})
    with pytest.raises(UserError, match=what):
        _read(tmp_path, data.replace(before, after, 1))


class TestCompressed:
    def _damaged(self, folder: Path, before: bytes, after: bytes) -> GaussianCloud:
        write_splats(some_cloud(300, degree=1), folder / "a.compressed.ply")
        data = (folder / "a.compressed.ply").read_bytes()
        assert before in data
        return _read(folder, data.replace(before, after, 1))

    def test_the_content_says_that_it_is_compressed(self, tmp_path: Path) -> None:
        cloud = self._damaged(tmp_path, b"ply\n", b"ply\n")
        assert (len(cloud), cloud.degree) == (300, 1)

    def test_without_extents_colours_span_zero_to_one(self, tmp_path: Path) -> None:
        header = ["ply", "format binary_little_endian 1.0", "element chunk 1"]
        ends = [f"{end}_{name}" for end in ("min", "max") for name in ("x", "y", "z", "scale_x", "scale_y", "scale_z")]
        header += [f"property float {name}" for name in ends] + ["element vertex 1"]
        header += [f"property uint packed_{name}" for name in ("position", "rotation", "scale", "color")]
        chunk = np.array([0, 0, 0, -2, -2, -2, 10, 20, 30, 2, 2, 2], "<f4")
        words = np.array([2047 << 21 | 1023 << 11, 0x1FF << 20 | 0x1FF << 10 | 0x1FF, 0, 0xFF008033], "<u4")
        cloud = _read(tmp_path, "\n".join([*header, "end_header", ""]).encode() + chunk.tobytes() + words.tobytes())
        assert cloud.means_m.tolist() == [[10, 20, 0]]
        np.testing.assert_allclose(cloud.scales_m, np.exp(-2), rtol=1e-6)
        np.testing.assert_allclose(cloud.quaternions, [[1, 0, 0, 0]], atol=2e-3)
        np.testing.assert_allclose(cloud.colours, [[1, 0, 128 / 255]], atol=1e-6)
        np.testing.assert_allclose(cloud.opacities, [0.2], atol=1e-6)

    @pytest.mark.parametrize(
        ("before", "after", "what"),
        [
            (b"element chunk 2", b"element chunk 1", "1 chunks cannot hold 300"),
            (b"uint packed_scale", b"uint packed_scala", "missing or of another type"),
            (b"uint packed_scale", b"int packed_scale", "missing or of another type"),
            (b"float min_scale_y", b"float min_scale_q", "missing or of another type"),
            (b"float max_b", b"float max_q", "missing or of another type"),
            (b"element sh 300", b"element sh 299", "harmonics do not fit"),
            (b"property uchar f_rest_8\n", b"", "harmonics do not fit"),
            (b"element vertex 300", b"element vertex 1000000000", "promises 1000000000"),
            (b"element vertex", b"element corner", "missing"),
        ],
    )
    def test_parts_that_do_not_fit(self, tmp_path: Path, before: bytes, after: bytes, what: str) -> None:
        with pytest.raises(UserError, match=what):
            self._damaged(tmp_path, before, after)
