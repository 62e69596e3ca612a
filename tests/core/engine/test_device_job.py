"""What networks run on."""

from __future__ import annotations

import torch

from core.engine import DeviceRequest, DeviceResult, JobRunner


def test_the_device_is_the_one_that_torch_would_take() -> None:
    told = JobRunner(threads=3).run_here(DeviceRequest()).value
    assert isinstance(told, DeviceResult)
    assert (told.kind == "cuda") == torch.cuda.is_available()
    if told.kind == "cpu":
        assert told.threads == 3
    else:
        assert told.name
        assert told.memory_bytes > 0
