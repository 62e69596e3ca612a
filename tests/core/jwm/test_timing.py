"""The benchmark of streaming makes what it says, with weights or without."""

from __future__ import annotations

from pathlib import Path

import pytest
from jwm_street import log_and_scene

from core.jwm.timing import time_stream


@pytest.mark.parametrize("coupling", ["reconstruction", "serial"])
def test_a_stream_is_timed_from_its_first_chunk_on(
    coupling: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.jwm.timing.coupled_weights_of", lambda preset: tmp_path / "none.safetensors")
    found = time_stream(*log_and_scene(), coupling, 8)  # type: ignore[arg-type]
    assert found.first_s > 0
    assert found.frame_set_s > 0
    assert found.processor_s > 0
