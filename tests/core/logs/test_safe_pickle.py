"""Pickled tables cannot run code, fill the memory, or fail without saying which file."""

import builtins
import gzip
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import log_folders as made
import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.logs import safe_pickle
from core.logs.pickled_table import read_table


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


def attacks(victim: Path) -> dict[str, Any]:
    touch = f"__import__('pathlib').Path({str(victim)!r}).touch()"
    return {
        "os.system": Calls(os.system, f"touch '{victim}'"),
        "builtins.eval": Calls(builtins.eval, touch),
        "pandas.io.pickle": Calls(pd.read_pickle, str(victim)),
        "numpy.load": Calls(np.load, str(victim)),
    }


@pytest.mark.parametrize("protocol", [0, 2, 5])
@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "pandas.io.pickle", "numpy.load"])
def test_a_pickle_that_brings_code_is_refused_before_it_runs(tmp_path: Path, name: str, protocol: int) -> None:
    victim = tmp_path / "victim"
    attack = attacks(victim)[name]
    table = pd.DataFrame({"x": [1.0]})
    path = tmp_path / "00.pkl"
    for content in (attack, [table, attack], {"table": table, "more": attack}):
        path.write_bytes(pickle.dumps(content, protocol=protocol))
        with pytest.raises(UserError, match="refused") as caught:
            read_table(path, numbers=("x",))
        assert caught.value.path == path
        assert not victim.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"c__builtin__\ngetattr\n(c__builtin__\n__import__\n(Vos\ntRVsystem\ntR(Vtouch '%s'\ntR.",
        b"cbuiltins\ngetattr\n(cnumpy\nndarray\nVtofile\ntR(V%s\ntR.",
        b"(Vtouch '%s'\nios\nsystem\n.",
        b"cnumpy\ndtype\n(c__main__\nopen\n(V%s\nVw\ntRtR.",
        b"\x80\x04\x8c\x06pandas\x8c\x10DataFrame.to_csv\x93(V%s\ntR.",
        b"P%s\n.",
    ],
)
def test_a_hand_made_program_is_refused_before_it_runs(tmp_path: Path, program: bytes) -> None:
    victim = tmp_path / "victim"
    path = tmp_path / "00.pkl"
    path.write_bytes(program % str(victim).encode())
    with pytest.raises(UserError, match="refused"):
        read_table(path, numbers=())
    assert not victim.exists()


def test_state_for_an_allowed_class_does_not_outlive_the_file(tmp_path: Path) -> None:
    path = tmp_path / "00.pkl"
    # Gives the class itself, not an object of it, a new attribute.
    path.write_bytes(b"cpandas\nDataFrame\n(N}Vto_dict\ncnumpy\ndtype\nstb.")
    with pytest.raises(UserError):
        read_table(path, numbers=())
    assert pd.DataFrame({"x": [1]}).to_dict() == {"x": {0: 1}}


def test_a_tiny_file_cannot_ask_for_much_memory(tmp_path: Path) -> None:
    path = tmp_path / "00.pkl"
    for program in (b"Nr\xff\xff\xff\x7f.", b"\x80\x04\x8e\xff\xff\xff\xff\xff\x00\x00\x00.", b"\x8b\xff\xff\xff\x7f."):
        path.write_bytes(program)
        with pytest.raises(UserError):
            read_table(path, numbers=())


def test_the_refused_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "00.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(Calls(os.system, "true"))))
    with pytest.raises(UserError, match=r"asks for (posix|nt)\.system"):
        read_table(path, numbers=())


def test_a_method_of_an_allowed_class_cannot_be_reached(tmp_path: Path) -> None:
    victim = tmp_path / "victim.csv"
    path = tmp_path / "00.pkl"
    # Protocol 4 resolves dotted names; `to_csv` writes a file.
    path.write_bytes(pickle.dumps(Calls(pd.DataFrame.to_csv, pd.DataFrame({"x": [1.0]}), str(victim)), protocol=4))
    with pytest.raises(UserError, match="refused"):
        read_table(path, numbers=())
    assert not victim.exists()


def test_a_gzip_bomb_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_pickle, "LIMIT_BYTES", 2**20)
    path = tmp_path / "00.pkl.gz"
    path.write_bytes(gzip.compress(bytes(4 * 2**20)))
    assert path.stat().st_size < 10_000
    with pytest.raises(UserError, match="unpacks to more than 1 MB") as caught:
        read_table(path, numbers=())
    assert caught.value.path == path


def test_a_frame_of_any_age_reads(tmp_path: Path, real_piece: Path) -> None:
    made.write_table(tmp_path / "new.pkl", {"uuid": ["a"], "yaw": [0.5]})
    assert read_table(tmp_path / "new.pkl", numbers=("yaw",), others=("uuid",))["yaw"].tolist() == [0.5]
    path = real_piece / "annotations" / "cuboids" / "00.pkl.gz"
    expected = pd.read_pickle(path)
    read = read_table(path, numbers=("yaw",), others=("uuid",))
    assert list(expected.columns.sort_values()) == sorted(read)
    for name, column in read.items():
        pd.testing.assert_series_equal(
            pd.Series(column, name=name, dtype=column.dtype), expected[name].reset_index(drop=True)
        )


@pytest.mark.parametrize("kept", [0, 1, 20, 300, -10])
def test_a_cut_file_is_told(tmp_path: Path, real_piece: Path, kept: int) -> None:
    whole = (real_piece / "annotations" / "cuboids" / "00.pkl.gz").read_bytes()
    zipped, plain = tmp_path / "00.pkl.gz", tmp_path / "00.pkl"
    zipped.write_bytes(whole[:kept])
    plain.write_bytes(gzip.decompress(whole)[:kept])
    for path in (zipped, plain):
        with pytest.raises(UserError) as caught:
            read_table(path, numbers=())
        assert caught.value.path == path


def test_flipped_bits_raise_nothing_but_a_user_error(tmp_path: Path, real_piece: Path) -> None:
    whole = bytearray(gzip.decompress((real_piece / "annotations" / "cuboids" / "00.pkl.gz").read_bytes()))
    random = np.random.default_rng(7)
    path = tmp_path / "00.pkl"
    refused = 0
    for _ in range(150):
        damaged = whole.copy()
        # The structure lies at the start and the end; flips in between change numbers only.
        place = int(random.choice([random.integers(0, 400), len(whole) - 1 - random.integers(0, 800)]))
        damaged[place] ^= 1 << int(random.integers(0, 8))
        path.write_bytes(damaged)
        try:
            read_table(path, numbers=("yaw",))
        except UserError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"x": [1.0]}, "i"), ({"x": [1.0], "i": ["one"]}, "i")],
)
def test_a_missing_or_wrong_column_is_named(tmp_path: Path, columns: dict[str, list[Any]], field: str) -> None:
    path = tmp_path / "00.pkl.gz"
    made.write_table(path, columns)
    with pytest.raises(UserError) as caught:
        read_table(path, numbers=("x", "i"))
    assert (caught.value.path, caught.value.field) == (path, field)


def test_something_else_than_a_table_is_told(tmp_path: Path) -> None:
    path = tmp_path / "00.pkl"
    path.write_bytes(pickle.dumps({"x": [1.0]}))
    with pytest.raises(UserError, match="no plain table"):
        read_table(path, numbers=())
