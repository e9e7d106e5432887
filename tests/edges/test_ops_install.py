"""The first command a person runs must work on their machine, however pip and Python are set up there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"


def find_python(folder: Path, **pythons: tuple[str, bool]) -> subprocess.CompletedProcess[str]:
    """Search a PATH that holds these: each says a version and has the venv module or not."""
    for name, (says, has_venv) in pythons.items():
        script = folder / name.replace("_", ".")
        script.write_text(
            "#!/bin/sh\n"
            f'case "$3" in *version_info*) {says};; *) exit {0 if has_venv else 1};; esac\n',
            encoding="utf-8",
        )
        script.chmod(0o755)
    command = ["/bin/sh", str(REQUIREMENTS / "find-python")]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={"PATH": str(folder)}
    )


def test_the_newest_python_that_works_is_chosen(tmp_path: Path) -> None:
    """A shim of an uninstalled version fails, one without venv is no use, one too new is not supported."""
    found = find_python(
        tmp_path,
        python3_14=("echo 'not installed' >&2; exit 127", True),
        python3_13=("echo 3.13 cpython", False),
        python3_12=("echo 3.12 cpython", True),
        python3_11=("echo 3.11 cpython", True),
        python3=("echo 3.15 cpython", True),
    )

    assert found.stdout == f"{tmp_path}/python3.12\n"
    assert found.stderr == ""


def test_a_missing_venv_module_is_named_with_its_package(tmp_path: Path) -> None:
    """Debian ships Python without it."""
    found = find_python(tmp_path, python3=("echo 3.11 cpython", False))

    assert found.returncode == 1
    assert "apt install python3-venv" in found.stderr


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    """The person must learn what is wrong with the Python they have."""
    found = find_python(tmp_path, python3=("echo 3.9 cpython", True))

    assert found.returncode == 1
    assert "needs Python 3.11, 3.12, 3.13 or 3.14" in found.stderr
    assert "python3 is 3.9 cpython" in found.stderr


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    """A container may have none."""
    found = find_python(tmp_path)

    assert found.returncode == 1
    assert "there is no python3" in found.stderr


def package_sources(environ: dict[str, str]) -> dict[str, str]:
    """Ask the installer which settings it takes over, with pip set up as *environ* says."""
    script = (
        "import json, sys\n"
        "from pathlib import Path\n"
        f"sys.path.insert(0, {str(REQUIREMENTS)!r})\n"
        "import install\n"
        "print(json.dumps(install.package_sources(Path(sys.prefix))))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=environ,
    )
    sources: dict[str, str] = json.loads(done.stdout)
    return sources


def test_of_the_settings_of_pip_only_the_sources_are_kept(tmp_path: Path) -> None:
    """A mirror must be honoured; user, target or constraint would send packages elsewhere or refuse them."""
    conf = tmp_path / "pip.conf"
    conf.write_text(
        "[global]\nindex-url = https://first.example/simple\ntimeout = 7\nuser = true\nquiet = 3\n"
        "target = /nonexistent\nconstraint = /nonexistent\nrequire-hashes = true\nno-binary = :all:\n"
        "trusted-host =\n    a.example\n    b.example\n"
        "[install]\nindex-url = https://mirror.example/simple\nprefix = /nonexistent\n",
        encoding="utf-8",
    )
    environ = {
        "HOME": str(tmp_path),
        "PIP_CONFIG_FILE": str(conf),
        "PIP_TIMEOUT": "9",
        "PIP_USER": "1",
        "PIP_TARGET": "/nonexistent",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "PIP_QUIET": "3",
    }

    sources = package_sources(environ)

    assert sources["PIP_INDEX_URL"] == "https://mirror.example/simple"
    assert sources["PIP_TIMEOUT"] == "9"
    assert sources["PIP_TRUSTED_HOST"].split() == ["a.example", "b.example"]
    assert not sources.keys() & {
        "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_CONSTRAINT", "PIP_REQUIRE_HASHES", "PIP_NO_BINARY",
        "PIP_REQUIRE_VIRTUALENV", "PIP_QUIET",
    }  # fmt: skip


def install(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-B", REQUIREMENTS / "install.py", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, env={"PATH": os.defpath}
    )


def test_a_folder_that_is_no_environment_is_left_alone(tmp_path: Path) -> None:
    """`make install PREFIX=/usr/local` must not empty /usr/local."""
    (tmp_path / "precious").write_text("keep me", encoding="utf-8")

    done = install(tmp_path, "run")

    assert done.returncode == 1
    assert "no virtual environment: choose another place" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_a_lock_that_does_not_exist_is_a_mistake_in_the_command(tmp_path: Path) -> None:
    """Nothing may be made for a misspelt word."""
    done = install(tmp_path / "venv", "runn")

    assert done.returncode == 2
    assert "run|postgres|dev" in done.stderr
    assert not (tmp_path / "venv").exists()
