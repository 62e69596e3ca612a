"""Tell what networks run on."""

from core.engine.context import JobContext, Outcome
from core.engine.requests import DeviceRequest, DeviceResult

REQUEST = DeviceRequest


def run(request: DeviceRequest, context: JobContext) -> Outcome:
    import torch

    if torch.cuda.is_available():
        device = torch.cuda.get_device_properties(torch.cuda.current_device())
        return Outcome(DeviceResult(kind="cuda", name=device.name, memory_bytes=device.total_memory, threads=0))
    return Outcome(DeviceResult(kind="cpu", name="", memory_bytes=0, threads=context.threads))
