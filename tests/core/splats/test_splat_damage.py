"""Whatever happens to a splat file, it reads as splats that can be drawn, or is refused in words."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from splat_clouds import some_cloud

from core.errors import UserError
from core.splats.files import read_splats, write_splats

HEADER_BYTES = {".ply": 1200, ".compressed.ply": 1000, ".spz": 200, ".v4.spz": 130, ".splat": 320, ".glb": 3000}


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("intact")
    files = {}
    for suffix in HEADER_BYTES:
        path = folder / f"cloud{suffix}"
        write_splats(some_cloud(10, degree=4 if suffix == ".v4.spz" else 1), path, tell=lambda _: None)
        files[suffix] = path.read_bytes()
    files[".spz"] = gzip.decompress(files[".spz"])
    return files


@pytest.mark.parametrize("suffix", HEADER_BYTES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    kept=st.one_of(st.just(1.0), st.floats(0, 1)),
    in_header=st.booleans(),
)
def test_damaged_files_are_read_or_refused(
    intact: dict[str, bytes],
    tmp_path: Path,
    suffix: str,
    changes: list[tuple[float, int]],
    kept: float,
    in_header: bool,
) -> None:
    data = bytearray(intact[suffix])
    reach = min(HEADER_BYTES[suffix], len(data)) if in_header else len(data)
    for place, value in changes:
        data[int(place * reach)] = value
    path = tmp_path / f"cloud{suffix}"
    path.write_bytes(data[: round(kept * len(data))])
    try:
        cloud = read_splats(path, tell=lambda _: None)
    except UserError as error:
        assert error.path == path
    else:
        cloud.validated()
        assert len(cloud) <= 10 or suffix == ".ply"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), start=st.sampled_from([b"", b"ply\n", b"NGSP", b"glTF", b"PK\3\4", b"\x1f\x8b"]))
@pytest.mark.parametrize("suffix", [".ply", ".splat", ".spz", ".glb", ".sog", ".gltf"])
def test_noise_is_read_or_refused(tmp_path: Path, suffix: str, start: bytes, data: bytes) -> None:
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(start + data)
    try:
        read_splats(path, tell=lambda _: None).validated()
    except UserError as error:
        assert error.path == path
