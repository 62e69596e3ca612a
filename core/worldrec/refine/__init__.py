"""Refine."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.worldrec.refine.refining import refine
    from core.worldrec.refine.settings import Rates, Settings

__all__ = ["Rates", "Settings", "refine"]

_MODULES = {"Rates": "settings", "Settings": "settings", "refine": "refining"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"core.worldrec.refine.{_MODULES[name]}"), name)
