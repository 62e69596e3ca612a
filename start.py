"""Set up and start Driftless. Needs nothing but Python 3.11 or newer.

    python3 start.py                   open the editor on the demo city
    python3 start.py setup             only set up
    python3 start.py test [ARGUMENT]…  check lint, import contracts and types; run the tests (ARGUMENTs go to pytest)
    python3 start.py ANYTHING ELSE     the same as: driftless ANYTHING ELSE

Everything is installed into the folder .venv beside this file. Linux, macOS and Windows.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  an old Python gets this far: the file holds no syntax that it cannot parse
    sys.exit(
        "Driftless needs Python 3.11 or newer; this is Python %d.%d.\n"  # noqa: UP031
        "Start it with a newer one, for example: python3.11 start.py" % sys.version_info[:2]
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = SCRIPTS / f"python{SUFFIX}"
STAMP = VENV / "driftless.stamp"

QT_PACKAGES = {
    "apt-get": "libglib2.0-0 libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0"
    " libxcb-icccm4 libxcb-keysyms1 libxcb-shape0",
    "dnf": "glib2 libglvnd-egl libglvnd-glx mesa-dri-drivers dbus-libs fontconfig libxkbcommon libxkbcommon-x11"
    " xcb-util-cursor xcb-util-wm xcb-util-keysyms libxcb",
    "pacman": "glib2 libglvnd mesa dbus fontconfig libxkbcommon libxkbcommon-x11 xcb-util-cursor xcb-util-wm"
    " xcb-util-keysyms libxcb",
}
XVFB_PACKAGES = {"apt-get": "xvfb xauth", "dnf": "xorg-x11-server-Xvfb xauth", "pacman": "xorg-server-xvfb xorg-xauth"}
INSTALL = {
    "apt-get": ["apt-get", "install", "-y", "--no-install-recommends"],
    "dnf": ["dnf", "install"],
    "pacman": ["pacman", "-S"],
}
CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "import contracts": ["lint-imports"],
    "types": ["mypy"],
    "tests": ["pytest", "-n", "2", "--dist", "loadfile"],  # files, because their tests share what is dear to make
}
OFFLINE_SIGNS = ("NewConnectionError", "name resolution", "Name or service not known", "refused", "timed out")


def main(arguments: "list[str]") -> int:
    command = arguments[0] if arguments else ""
    testing = command == "test"
    ready = prepare(dev=testing)
    if not ready:
        return 1
    libraries_ready = have_system_libraries(testing)
    if command == "setup":
        say(f"Driftless is set up in {VENV}.")
        return 0 if libraries_ready else 1
    if testing:
        return run_checks(arguments[1:]) if libraries_ready else 1
    if arguments:
        return hand_over(arguments)
    if not has_display():
        say("There is no display here: the demo city is drawn into pictures instead of a window.")
        return hand_over(["demo", "--headless"])
    return hand_over(["demo"]) if libraries_ready else 1


def say(text: str) -> None:
    print(text, flush=True)


# ---------------------------------------------------------------- the environment


def stamp_text() -> str:
    """What an installation depends on: the pins, this Python, and the place (an environment cannot be moved)."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{sys.version_info[:2]} {ROOT}".encode())
    return digest.hexdigest()


def is_installed(dev: bool) -> bool:
    """Whether the environment matches the pins; one made for the tests also serves the editor."""
    if not (PYTHON.exists() and STAMP.exists()):
        return False
    kind, _, digest = STAMP.read_text(encoding="utf-8").partition(" ")
    return digest == stamp_text() and kind in (("dev",) if dev else ("dev", "run"))


def prepare(dev: bool) -> bool:
    """Make `.venv` and install into it, unless that has been done. False: it failed and the reason is printed."""
    if is_installed(dev):
        return True
    keep_dev = STAMP.exists() and STAMP.read_text(encoding="utf-8").startswith("dev ")
    if not make_environment():
        return False
    say(f"Installing Driftless into {VENV}; the first time this takes a few minutes…")
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    dev = dev or keep_dev
    if not pip_install([f"{ROOT}[dev]" if dev else str(ROOT)]):
        return False
    STAMP.write_text(f"{'dev' if dev else 'run'} {stamp_text()}", encoding="utf-8")
    say(f"Installed in {time.monotonic() - started:.0f} s.")
    return True


def make_environment() -> bool:
    if is_usable():
        return True
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        package = f"python{version}-venv"
        if not (on_debian() and is_root() and apt_install([package])):
            say("This Python cannot make environments: its venv module is missing. On Debian and Ubuntu, install it:")
            say(f"    {'' if is_root() else 'sudo '}apt-get install {package}")
            say("and start again.")
            return False
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        say(f"The environment {VENV} could not be made; see the message above.")
    return made.returncode == 0


def is_usable() -> bool:
    """Whether the environment is of this Python and still where it was made: its scripts hold absolute paths."""
    try:
        probe = [str(SCRIPTS / f"pip{SUFFIX}"), "--version"]
        answer = subprocess.run(probe, capture_output=True, text=True, check=False)
    except OSError:
        return False
    version = f"(python {sys.version_info[0]}.{sys.version_info[1]})"
    return answer.returncode == 0 and str(VENV) in answer.stdout and version in answer.stdout


def pip_install(requirements: "list[str]") -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "-c", str(ROOT / "constraints.txt"), "-e", *requirements]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    sys.stderr.write(done.stderr)
    if done.returncode:
        say("pip could not install what Driftless needs; its messages are above.")
        if any(sign in done.stderr for sign in OFFLINE_SIGNS):
            say("It could not reach a package index: check the network, or the proxy and index in pip's configuration.")
    return done.returncode == 0


# ---------------------------------------------------------------- system libraries


def have_system_libraries(testing: bool) -> bool:
    """Check for what Qt and OpenGL need of the system; install it where that is ours to do. False: something lacks."""
    if not sys.platform.startswith("linux"):
        return True
    lacking, packages = missing_on_linux(testing)
    if lacking and on_debian() and is_root():
        say(f"Installing system libraries ({', '.join(lacking)})…")
        apt_install(packages["apt-get"])
        lacking, packages = missing_on_linux(testing)
    if lacking:
        say(f"The window needs from the system: {', '.join(lacking)}. Install with")
        say(f"    {install_line(packages)}")
    return not lacking


def missing_on_linux(testing: bool) -> "tuple[list[str], dict[str, list[str]]]":
    """Libraries and programs that are not there, and the packages, per package manager, that bring them."""
    libraries = missing_libraries()
    programs = ["Xvfb"] if testing and shutil.which("Xvfb") is None else []
    packages = {}
    for manager in INSTALL:
        names = [QT_PACKAGES[manager]] * bool(libraries) + [XVFB_PACKAGES[manager]] * bool(programs)
        packages[manager] = " ".join(names).split()
    return libraries + programs, packages


def missing_libraries() -> "list[str]":
    """Shared libraries that Qt's xcb plug-in (and through it OpenGL) asks for in vain.

    Qt itself blames libxcb-cursor whatever is missing; the dynamic linker knows better.
    """
    found = sorted(VENV.glob("lib/python*/site-packages/PySide6/Qt/plugins/platforms/libqxcb.so"))
    if not found or shutil.which("ldd") is None:
        return []
    listing = subprocess.run(["ldd", str(found[0])], capture_output=True, text=True, check=False).stdout
    return missing_in(listing)


def missing_in(listing: str) -> "list[str]":
    """Names of the libraries that an output of `ldd` reports as not found."""
    return sorted({line.split()[0] for line in listing.splitlines() if "=> not found" in line})


def install_line(packages: "dict[str, list[str]]") -> str:
    """The command that installs the packages with this system's package manager."""
    manager = next((name for name in INSTALL if shutil.which(name)), "apt-get")
    command = INSTALL[manager] + packages[manager]
    return " ".join(command if is_root() else ["sudo", *command])


def apt_install(packages: "list[str]") -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], [*INSTALL["apt-get"], "-qq", *packages]):
        done = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def on_debian() -> bool:
    return shutil.which("apt-get") is not None and Path("/etc/debian_version").exists()


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def has_display() -> bool:
    """Whether a window can be shown; always so on macOS and Windows."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


# ---------------------------------------------------------------- what to run


def run_checks(pytest_arguments: "list[str]") -> int:
    """All checks in turn; the exit status is that of the first that fails."""
    started = time.monotonic()
    for title, (tool, *options) in CHECKS.items():
        say(f"── {title}: {' '.join([tool, *options])}")
        extra = pytest_arguments if tool == "pytest" else []
        done = subprocess.run([str(SCRIPTS / f"{tool}{SUFFIX}"), *options, *extra], cwd=str(ROOT), check=False)
        if done.returncode:
            say(f"── {title} failed after {time.monotonic() - started:.0f} s")
            return done.returncode
    say(f"── all checks passed in {time.monotonic() - started:.0f} s")
    return 0


def hand_over(arguments: "list[str]") -> int:
    command = [str(SCRIPTS / f"driftless{SUFFIX}"), *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # the same process: signals and exit status need no forwarding
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
