"""What `start.py` promises, without a network and without installing anything."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

START = Path(__file__).parents[1] / "start.py"

LDD_OUTPUT = """\
	linux-vdso.so.1 (0x00007ffd4b9f2000)
	libxcb-cursor.so.0 => not found
	libxcb.so.1 => /lib/x86_64-linux-gnu/libxcb.so.1 (0x00007f52c5a00000)
	libGL.so.1 => not found
	libGL.so.1 => not found
"""


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, as if it lay in an empty checkout."""
    spec = importlib.util.spec_from_file_location("start", START)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\n")
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").touch()
    for name, value in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "SCRIPTS": scripts,
        "PYTHON": scripts / "python",
        "STAMP": tmp_path / ".venv" / "driftless.stamp",
    }.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def installs(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been handed to pip; making environments is left out."""
    asked: list[list[str]] = []

    def pip_install(requirements: list[str]) -> bool:
        asked.append(requirements)
        return True

    monkeypatch.setattr(start, "make_environment", lambda: True)
    monkeypatch.setattr(start, "pip_install", pip_install)
    return asked


def test_python_3_6_can_parse_it_and_is_told_what_is_needed() -> None:
    tree = ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))
    first_function = next(node.lineno for node in tree.body if isinstance(node, ast.FunctionDef))
    check = next(node.lineno for node in tree.body if isinstance(node, ast.If))
    assert check < first_function
    futures = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert not futures


def test_it_imports_only_the_standard_library() -> None:
    tree = ast.parse(START.read_text(encoding="utf-8"))
    modules = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names


def test_a_second_start_installs_nothing(start: ModuleType, installs: list[list[str]]) -> None:
    assert start.prepare(dev=False)
    assert start.prepare(dev=False)
    assert installs == [[str(start.ROOT)]]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_pins_are_installed(start: ModuleType, installs: list[list[str]], name: str) -> None:
    start.prepare(dev=False)
    (start.ROOT / name).write_text("changed\n")
    start.prepare(dev=False)
    assert len(installs) == 2


def test_the_tests_need_more_than_the_editor_but_not_the_other_way_round(
    start: ModuleType, installs: list[list[str]]
) -> None:
    start.prepare(dev=False)
    start.prepare(dev=True)
    start.prepare(dev=False)
    assert installs == [[str(start.ROOT)], [f"{start.ROOT}[dev]"]]


def test_an_installation_for_the_tests_stays_one_when_pins_change(start: ModuleType, installs: list[list[str]]) -> None:
    start.prepare(dev=True)
    (start.ROOT / "constraints.txt").write_text("changed\n")
    start.prepare(dev=False)
    assert installs == [[f"{start.ROOT}[dev]"]] * 2


def test_a_failed_installation_is_tried_again(
    start: ModuleType, installs: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    start.prepare(dev=False)
    (start.ROOT / "constraints.txt").write_text("changed\n")
    monkeypatch.setattr(start, "pip_install", lambda requirements: False)
    assert not start.prepare(dev=False)
    assert not start.is_installed(dev=False)


def test_without_a_network_it_says_so(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = "ERROR: NewConnectionError: Failed to establish a new connection: Connection refused"
    failed = subprocess.CompletedProcess([], 1, stderr=refused)
    monkeypatch.setattr(start.subprocess, "run", lambda *_, **__: failed)
    assert not start.pip_install(["."])
    out, err = capsys.readouterr()
    assert "check the network" in out
    assert refused in err


def test_missing_libraries_are_read_from_the_linker(start: ModuleType) -> None:
    assert start.missing_in(LDD_OUTPUT) == ["libGL.so.1", "libxcb-cursor.so.0"]


@pytest.mark.parametrize(("root", "begin"), [(True, "apt-get install"), (False, "sudo apt-get install")])
def test_the_install_line_can_be_pasted(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, root: bool, begin: str
) -> None:
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start, "is_root", lambda: root)
    monkeypatch.setattr(start, "missing_libraries", lambda: ["libxcb-cursor.so.0"])
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    lacking, packages = start.missing_on_linux(testing=True)
    assert lacking == ["libxcb-cursor.so.0", "Xvfb"]
    line = start.install_line(packages)
    assert line.startswith(f"{begin} -y --no-install-recommends ")
    assert {"libegl1", "libgl1", "libxcb-cursor0", "libxkbcommon-x11-0", "xvfb"} <= set(line.split())


def test_nothing_is_installed_into_the_system_for_a_user_who_is_not_root(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start.sys, "platform", "linux")
    monkeypatch.setattr(start, "is_root", lambda: False)
    monkeypatch.setattr(start, "missing_libraries", lambda: ["libGL.so.1"])
    monkeypatch.setattr(start, "apt_install", lambda packages: pytest.fail("must not install"))
    assert not start.have_system_libraries(testing=False)
    assert "libGL.so.1" in capsys.readouterr().out


def test_checks_stop_at_the_first_failure_with_its_status(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(Path(command[0]).name)
        return subprocess.CompletedProcess(command, 3 if ran[-1].startswith("mypy") else 0)

    monkeypatch.setattr(start.subprocess, "run", run)
    assert start.run_checks([]) == 3
    assert [name.removesuffix(".exe") for name in ran] == ["ruff", "ruff", "lint-imports", "mypy"]
    assert "types failed" in capsys.readouterr().out


def test_arguments_after_test_reach_pytest_only(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(start.subprocess, "run", run)
    assert start.run_checks(["-k", "pose"]) == 0
    assert [command[-2:] == ["-k", "pose"] for command in commands] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("arguments", "display", "handed"),
    [
        ([], True, ["demo"]),
        ([], False, ["demo", "--headless"]),
        (["inspect", "a folder"], False, ["inspect", "a folder"]),
    ],
)
def test_what_is_started(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], display: bool, handed: list[str]
) -> None:
    started: list[list[str]] = []

    def hand_over(given: list[str]) -> int:
        started.append(given)
        return 0

    monkeypatch.setattr(start, "prepare", lambda dev: True)
    monkeypatch.setattr(start, "have_system_libraries", lambda testing: True)
    monkeypatch.setattr(start, "has_display", lambda: display)
    monkeypatch.setattr(start, "hand_over", hand_over)
    assert start.main(arguments) == 0
    assert started == [handed]


def test_setup_starts_nothing(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "prepare", lambda dev: True)
    monkeypatch.setattr(start, "have_system_libraries", lambda testing: True)
    monkeypatch.setattr(start, "hand_over", lambda arguments: pytest.fail("must not start"))
    assert start.main(["setup"]) == 0


def test_missing_libraries_stop_the_window_but_not_the_command_line(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "prepare", lambda dev: True)
    monkeypatch.setattr(start, "have_system_libraries", lambda testing: False)
    monkeypatch.setattr(start, "has_display", lambda: True)
    monkeypatch.setattr(start, "hand_over", lambda arguments: 0)
    assert start.main([]) == 1
    assert start.main(["test"]) == 1
    assert start.main(["inspect", "log"]) == 0
