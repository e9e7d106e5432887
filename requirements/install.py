"""Make a virtual environment with the locked packages and Wirewatch; do nothing when all is there.

    python3 -I requirements/install.py DIRECTORY run|postgres|dev [--copy]

The project is installed so that edits of the tree take effect at once; ``--copy`` installs a copy that no
longer needs the tree, as on a server. Only the standard library is used. Of the user's pip settings only those
that say where packages come from are kept: ``user`` or ``target`` would lead the packages elsewhere,
``require-hashes`` or ``constraint`` would refuse them.
"""

# ruff: noqa: S603, T201  a command: it runs our own Python and talks to the person who called it

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import venv
from dataclasses import asdict, dataclass, field
from pathlib import Path

TREE = Path(__file__).resolve().parent.parent

LOCKS = {"run": ("run",), "postgres": ("run", "postgres"), "dev": ("run", "postgres", "dev")}
"""Which locks are satisfied once one is installed: each contains those before it."""

KEPT_PIP_SETTINGS = frozenset(
    "cache-dir cert client-cert extra-index-url find-links index-url keyring-provider no-cache-dir"
    " no-index proxy retries timeout trusted-host".split()
)

PIP_SETTING = re.compile(r"(?P<section>global|install|:env:)\.(?P<name>[a-z-]+)=(?P<value>['\"].*)")


@dataclass(slots=True)
class Installed:
    """What an environment holds, noted in it after each step that succeeded."""

    place: str
    project: str = ""
    locks: dict[str, str] = field(default_factory=dict)


class InstallError(Exception):
    """The environment cannot be made; the message says why."""


def main(arguments: list[str]) -> int:
    """Install, and return an exit code."""
    words = [word for word in arguments if word != "--copy"]
    if len(words) != 2 or words[1] not in LOCKS:
        print(__doc__, file=sys.stderr)
        return 2
    for name in [name for name in os.environ if name.startswith("PYTHON")]:
        del os.environ[name]  # PYTHONPATH and its kin would mix other packages in
    try:
        install(Path(words[0]).absolute(), words[1], copy="--copy" in arguments)
    except (InstallError, OSError) as exc:
        print(f"wirewatch: {exc}", file=sys.stderr)
        return 1
    return 0


def install(place: Path, lock: str, *, copy: bool) -> None:
    """Bring *place* to what *lock* and pyproject.toml say, with as little work as is needed."""
    wanted = {name: digest(TREE / "requirements" / f"{name}.lock") for name in LOCKS[lock]}
    project = digest(TREE / "pyproject.toml") + (" copy" if copy else f" {TREE}")
    present = read_stamp(place)
    if present is None or any(wanted.get(name, old) != old for name, old in present.locks.items()):
        make_environment(place)
        present = Installed(place=str(place))
    if not wanted.items() <= present.locks.items():
        print(
            f"Installing what requirements/{lock}.lock names (it takes seconds or a few minutes)",
            flush=True,
        )
        # A lock is complete; resolving it again is slow, and Debian 12's pip stumbles over names of extras.
        pip(place, "--no-deps", "--require-hashes", "--requirement", f"requirements/{lock}.lock")
        present.locks |= wanted
        write_stamp(place, present)
    if copy or present.project != project:
        tree = ["."] if copy else ["--editable", "."]
        pip(place, "--no-deps", "--no-build-isolation", "--force-reinstall", *tree)
        present.project = project
        write_stamp(place, present)


def digest(path: Path) -> str:
    """Return what tells one content of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamp(place: Path) -> Path:
    """Return the file that says what is installed."""
    return place / "wirewatch-installed.json"


def read_stamp(place: Path) -> Installed | None:
    """Return what is installed, or None when the environment was not finished, was moved, or lost its Python."""
    try:
        found = Installed(**json.loads(stamp(place).read_text(encoding="utf-8")))
        subprocess.run([place / "bin/python", "-Ic", ""], check=True, capture_output=True)
    except (OSError, ValueError, TypeError, subprocess.CalledProcessError):
        return None
    return found if found.place == str(place) else None


def write_stamp(place: Path, present: Installed) -> None:
    """Remember what is installed."""
    stamp(place).write_text(json.dumps(asdict(present)), encoding="utf-8")


def make_environment(place: Path) -> None:
    """Make an empty virtual environment, over an old one if need be, never over anything else."""
    if place.exists() and any(place.iterdir()) and not (place / "pyvenv.cfg").exists():
        raise InstallError(
            f"{place} holds something that is no virtual environment: choose another place"
        )
    print(f"Making {place} with Python {sys.version.split()[0]} (once)", flush=True)
    try:
        venv.create(place, clear=True, symlinks=True, with_pip=True)
    except subprocess.CalledProcessError as exc:
        said = (exc.output or b"").decode(errors="replace").strip()
        raise InstallError(f"python could not make {place}: {said or exc}") from exc


def pip(place: Path, *arguments: str) -> None:
    """Run pip install in the environment, with the user's package sources and no other setting of theirs."""
    foreign = {name for name in os.environ if name.startswith("PIP_")}
    environ = {name: value for name, value in os.environ.items() if name not in foreign}
    environ |= package_sources(place) | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    command: list[str | Path] = [
        place / "bin/python",
        "-m",
        "pip",
        "install",
        "--quiet",
        *arguments,
    ]
    done = subprocess.run(command, cwd=TREE, env=environ, check=False)
    if done.returncode:
        raise InstallError("pip could not install what is locked (its reason stands above)")


def package_sources(place: Path) -> dict[str, str]:
    """Return as environment variables the settings of pip that say where packages come from."""
    kept = {f"PIP_{name.upper().replace('-', '_')}" for name in KEPT_PIP_SETTINGS}
    environ = {
        name: value
        for name, value in os.environ.items()
        if name in {*kept, "PIP_CONFIG_FILE"} or not name.startswith("PIP_")
    }
    # Each of these would keep pip from listing all its settings, if a configuration file has it.
    environ |= {"PIP_QUIET": "0", "PIP_USER": "0", "PIP_GLOBAL": "0", "PIP_SITE": "0"}
    command: list[str | Path] = [place / "bin/python", "-m", "pip", "config", "list"]
    listing = subprocess.run(
        command, cwd=TREE, env=environ, check=False, capture_output=True, text=True
    )
    found = [
        setting
        for line in listing.stdout.splitlines()
        if (setting := PIP_SETTING.match(line.strip()))
    ]
    found.sort(key=lambda setting: ("global", "install", ":env:").index(setting["section"]))
    return {
        f"PIP_{setting['name'].upper().replace('-', '_')}": ast.literal_eval(setting["value"])
        for setting in found
        if setting["name"] in KEPT_PIP_SETTINGS
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
