"""The house rules that no linter checks."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ROOMS = ("app", "core", "widgets", "resources")
MAX_LINES = 500
MAX_RESOURCE_BYTES = 20_000_000
HEAVY = ("numpy", "scipy", "numba", "cv2", "pandas", "pydantic", "PySide6", "embreex", "torch")


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_top_level_holds_the_known_folders() -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    tracked = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    folders = {name.split("/")[0] for name in tracked.stdout.splitlines() if "/" in name}
    assert folders == {".ci", "app", "core", "packaging", "resources", "tests", "widgets"}


def test_no_file_is_too_long() -> None:
    lengths = {relative(path): path.read_text(encoding="utf-8").count("\n") for path in python_files(*ROOMS, "tests")}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_every_package_says_what_it_is_for() -> None:
    packages = [path for path in python_files(*ROOMS) if path.name == "__init__.py"]
    silent = [relative(path) for path in packages if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert silent == []


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in python_files(*ROOMS)}
    assert [relative(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_packaging_folder_does_not_hide_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_room_prints() -> None:
    calls = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(*ROOMS)
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_no_import_is_relative() -> None:
    imports = [
        f"{relative(path)}:{node.lineno}"
        for path in python_files(*ROOMS, "tests")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert imports == []


def test_resources_stay_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "resources").rglob("*") if path.is_file()) <= MAX_RESOURCE_BYTES


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = project["dependencies"] + project["optional-dependencies"]["dev"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins}
    for requirement in map(Requirement, named):
        version = re.fullmatch(r"==([^,]+)", str(pinned[canonicalize_name(requirement.name)]))
        assert version is not None, f"{requirement.name} is not pinned exactly"
        assert version[1] in requirement.specifier, f"{requirement.name} is pinned outside of what is asked for"


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import app.cli", HEAVY),
        ("import app.demo; app.demo.demo_folder()", HEAVY),
        ("import app.editor", ("torch", "numba", "pandas", "embreex", "vispy", "cv2")),
        ("import core.logs; core.logs.readers()", ("torch", "numba", "PySide6")),
    ],
)
def test_starting_stays_light(code: str, forbidden: tuple[str, ...]) -> None:
    probe = f"{code}\nimport sys\nsys.stdout.write(' '.join(m for m in {forbidden!r} if m in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert answer.stdout == ""
