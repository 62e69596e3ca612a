"""Facts about the machine, without which no figure means anything."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from app.bench.opengl import opengl_name


def machine_facts() -> dict[str, str]:
    """Processor, memory, system, versions and OpenGL renderer, by title."""
    return {
        "processor": processor_name(),
        "cores": str(os.cpu_count() or 1),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "load": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "qt": version("PySide6-Essentials"),
        "opengl": opengl_name(),
        "driftless": version("driftless"),
    }


def processor_name() -> str:
    """The model's name where the system tells it, else the architecture."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
