"""Run benchmarks and print their figures."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from app.bench.machine import machine_facts
from app.bench.registry import Benchmark, Figure, benchmarks

_MARKS = {None: "", True: "[green]within[/]", False: "[red]over[/]"}


def run_benchmarks(name: str | None, *, as_json: bool) -> None:
    """Measure one benchmark or all, and print a table or one JSON object.

    Raises:
        UserError: no benchmark of that name, or one that cannot run here.
    """
    chosen = benchmarks(name)
    facts = machine_facts()
    measured: list[tuple[Benchmark, list[Figure]]] = []
    progress = Console(stderr=True)
    for benchmark in chosen:
        with progress.status(f"{benchmark.title}…"):
            measured.append((benchmark, benchmark.measure()))
    if as_json:
        typer.echo(json.dumps({"machine": facts, "figures": _records(measured)}, indent=2))
    else:
        console = Console()
        console.print(", ".join(f"{title} {value}" for title, value in facts.items()))
        console.print(_table(measured))


def _records(measured: list[tuple[Benchmark, list[Figure]]]) -> list[dict[str, object]]:
    return [
        {"benchmark": benchmark.name, **asdict(figure), "within_budget": figure.within_budget}
        for benchmark, figures in measured
        for figure in figures
    ]


def _rounded(value: float) -> str:
    """Three digits, or all of those before the point."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _table(measured: list[tuple[Benchmark, list[Figure]]]) -> Table:
    table = Table("Benchmark", "Figure", box=box.SIMPLE_HEAD)
    for heading in ("Measured", "Budget"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for benchmark, figures in measured:
        for number, figure in enumerate(figures):
            table.add_row(
                benchmark.name if number == 0 else "",
                figure.name,
                f"{_rounded(figure.value)} {figure.unit}",
                "" if figure.budget is None else f"{figure.budget:g} {figure.unit}",
                _MARKS[figure.within_budget],
                end_section=number == len(figures) - 1,
            )
    return table
