"""The drive that the benchmarks of the window open: the demo city, made when it is not there."""

from __future__ import annotations

from pathlib import Path

from app.demo import DEMO, demo_folder, is_made


def bench_drive() -> Path:
    """The demo city's folder.

    Raises:
        UserError: it cannot be made.
    """
    if not is_made():
        from app.make_city import city_spec, ended_cleanly
        from core.city import write_city

        with ended_cleanly():
            write_city(city_spec(**DEMO), demo_folder())
    return demo_folder()
