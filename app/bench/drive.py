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
        from app.make_city import city_spec, make_city

        make_city(demo_folder(), city_spec(**DEMO))
    return demo_folder()
