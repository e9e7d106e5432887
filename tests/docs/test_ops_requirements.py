"""The locks are what people install; they must be those of pyproject.toml, and of no particular machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
POSTGRES = [*RUN, *PROJECT["project"]["optional-dependencies"]["postgres"]]
WANTED = {
    "run": RUN,
    "postgres": POSTGRES,
    "dev": [*POSTGRES, *PROJECT["dependency-groups"]["dev"]],
}


def read(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")


def entries(name: str) -> list[tuple[Requirement, int]]:
    """Return what a lock pins, each with the number of its hashes."""
    found = []
    for block in re.split(r"\n(?=\S)", read(name)):
        if not block.startswith("#"):
            head, _, rest = block.partition("\\")
            found.append((Requirement(head.strip()), rest.count("--hash=sha256:")))
    return found


def versions(name: str) -> dict[str, str]:
    """Return the version of each package in a lock."""
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin, _ in entries(name)
    }


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_holds_every_dependency_at_a_version_that_is_allowed(name: str) -> None:
    """A dependency added without `make lock` would be missing only on other people's machines."""
    locked = versions(name)

    for wanted in map(Requirement, WANTED[name]):
        version = locked.get(canonicalize_name(wanted.name))
        assert version is not None, f"{wanted} is not in {name}.lock: run make lock"
        assert wanted.specifier.contains(version, prereleases=True), f"{wanted}: {version} locked"


@pytest.mark.parametrize("name", WANTED)
def test_every_entry_is_one_version_with_its_hashes(name: str) -> None:
    """Whatever a mirror serves, it is what we tested or it is refused."""
    for pin, hashes in entries(name):
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin
        assert hashes > 0, pin
        assert not pin.extras, f"{pin}: Debian 12's pip stumbles over extras"


@pytest.mark.parametrize("name", WANTED)
def test_a_lock_names_no_machine_and_no_index(name: str) -> None:
    """Companies install from their own mirrors; a path of one machine means nothing on another."""
    assert not re.search(
        r"https?:|file:|--index|--extra-index|--find-links|(?m:^|\s)/\w", read(name)
    )


def test_each_lock_contains_the_one_before_it() -> None:
    """`make test` after `make demo` adds packages and changes none."""
    assert versions("run").items() <= versions("postgres").items() <= versions("dev").items()


def test_what_builds_the_project_is_locked_with_it() -> None:
    """The build tool runs on the user's machine too; pyproject.toml alone would take the newest."""
    build = (ROOT / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()

    assert {line for line in build if line and not line.startswith("#")} >= set(
        PROJECT["build-system"]["requires"]
    )


def test_the_supported_versions_of_python_are_those_that_are_looked_for() -> None:
    """The search for a Python, the metadata and the locks must agree on what is supported."""
    found = (ROOT / "requirements" / "find-python").read_text(encoding="utf-8")
    minors = sorted({int(minor) for minor in re.findall(r"\bpython3\.(\d+)", found)})

    assert PROJECT["project"]["requires-python"] == f">=3.{minors[0]},<3.{minors[-1] + 1}"
    assert minors == list(range(minors[0], minors[-1] + 1))
    assert f"--python-version 3.{minors[0]} " in (ROOT / "requirements" / "lock").read_text()
    assert all(f'"3.{minor} cpython"' in found for minor in minors)


def test_every_dependency_is_explained() -> None:
    """Whoever has to keep a package alive must know what it is for and what else was tried."""
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([\w.-]+)` \|", table, flags=re.MULTILINE))

    wanted = {canonicalize_name(Requirement(line).name) for line in WANTED["dev"]}
    assert wanted <= explained
    assert explained - wanted == {"editables"}
