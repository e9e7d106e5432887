"""The example configuration and the reference say what the schema says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from wirewatch.core.model.feed import ArticleMode
from wirewatch.settings.environment import variables
from wirewatch.settings.example import FILES, default_config_text, example_files
from wirewatch.settings.load import load
from wirewatch.settings.opml import read_opml
from wirewatch.settings.reference import defaults, reference, sentences
from wirewatch.settings.schema import SECTIONS, TABLES, General, names_of
from wirewatch.settings.settings import Settings

ROOT = Path(__file__).parents[2]
COMMENTED = re.compile(r"^# (?=[a-z_]+ = |\[)", re.MULTILINE)


def uncommented() -> str:
    """Return the example with every commented setting in force."""
    return COMMENTED.sub("", default_config_text())


def test_the_example_lists_every_setting_with_its_true_default() -> None:
    """People trust the comment and leave the line alone."""
    written: dict[str, Any] = tomllib.loads(uncommented())

    for section, kind in SECTIONS.items():
        expected = {
            name: tomllib.loads(f"v = {text}")["v"] for name, text in defaults(kind).items()
        }
        assert list(written[section].items()) == list(expected.items()), section


def test_the_example_as_it_is_means_all_defaults(tmp_path: Path) -> None:
    """A fresh start must not depend on lines nobody chose."""
    config = tmp_path / "wirewatch.toml"
    config.write_text(default_config_text())
    settings = load(config, {"HOME": "/home/me"})

    assert {name: getattr(settings, name) for name in SECTIONS if name != "database"} == {
        name: getattr(Settings(), name) for name in SECTIONS if name != "database"
    }
    assert (settings.feeds, settings.watchlists, settings.channels, settings.terms) == (
        (),
        (),
        (),
        {},
    )


def test_the_example_with_every_line_in_force_is_sound_and_changes_no_default(
    tmp_path: Path,
) -> None:
    """Whoever removes a # must get what the comment says, and no error."""
    config = tmp_path / "wirewatch.toml"
    config.write_text(uncommented().replace("/etc/wirewatch/", ""))
    credentials = ("smtp_password", "slack-token", "mattermost-hook")
    members = ("password", "cookie", "proxy", "key")
    for name in (*credentials, *(f"members_{what}" for what in members)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "members_proxy").write_text("http://me:pw@proxy.example.org:3128")
    for name in ("members-ca.pem", "members.pem", "members.key"):
        (tmp_path / name).touch()
    environ = {"NTFY_TOPIC": "t", "CREDENTIALS_DIRECTORY": str(tmp_path), "HOME": "/home/me"}

    settings = load(config, environ)

    named = {"database", "general"}  # the one is made complete, the other names all channels
    assert {name: getattr(settings, name) for name in SECTIONS if name not in named} == {
        name: getattr(Settings(), name) for name in SECTIONS if name not in named
    }
    everybody = ("desk", "phone", "everybody")
    assert settings.general == General(channels=everybody, operator=everybody)
    assert [channel.name for channel in settings.channels] == ["desk", "phone", "everybody"]
    assert [(feed.name, feed.article) for feed in settings.feeds] == [
        ("BBC World", ArticleMode.AUTO),
        ("Members", ArticleMode.ALWAYS),
        ("intranet.example.org", ArticleMode.AUTO),
    ]
    assert [len(one.watches) for one in settings.watchlists] == [2]
    assert settings.notes == ()


@pytest.mark.parametrize("name", TABLES)
def test_the_example_shows_every_setting_of_feeds_watches_lists_and_channels(name: str) -> None:
    """What is not shown is not found."""
    written = tomllib.loads(uncommented())[name]
    tables = written if isinstance(written, list) else list(written.values())

    assert {key for table in tables for key in table} >= set(names_of(TABLES[name]))


def test_the_example_files_are_sound_together(tmp_path: Path) -> None:
    """They are what init writes."""
    for name, text in example_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    settings = load(tmp_path / "wirewatch.toml", {"HOME": "/home/me"})

    (example,) = settings.watchlists
    assert [watch.name for watch in example.watches][:2] == [
        "Abu Dhabi talks",
        '"territorial issue" OR "territorial dispute"',
    ]
    assert len(example.watches) == 5
    assert read_opml(example_files()["feeds.opml"].encode()).problems == ()


def test_the_commented_settings_of_the_text_example_are_sound_too(tmp_path: Path) -> None:
    """Removing a # is what the file invites to."""
    text = re.sub(
        r"^# (?=\w+ = )", "", example_files()["watchlists/example.txt"], flags=re.MULTILINE
    )
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/x.txt").write_text(text)
    config = tmp_path / "wirewatch.toml"
    config.write_text(
        '[channel.desk]\nurl = "ntfy://x"\n[channel.phone]\nurl = "ntfy://y"\n'
        '[[feed]]\nurl = "https://a.org/"\nname = "BBC World"\ntags = ["gulf"]\n'
    )

    (found,) = load(config, {"HOME": "/home/me"}).watchlists

    assert (found.channels, found.feeds) == (("desk", "phone"), ("tag:gulf", "BBC World"))


def test_the_installed_package_finds_its_own_copy_of_the_example(tmp_path: Path) -> None:
    """The wheel carries it inside the package, where no checkout is beside it."""
    shutil.copytree(ROOT / "daemon/wirewatch", tmp_path / "wirewatch")
    shutil.copytree(ROOT / "config", tmp_path / "wirewatch/_config")
    program = (
        "from wirewatch.settings.example import default_config_text; print(default_config_text())"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == default_config_text().strip()


def test_every_example_file_is_shipped() -> None:
    """A file that is added beside them must be added to the list."""
    found = {
        str(path.relative_to(ROOT / "config"))
        for path in (ROOT / "config").rglob("*")
        if path.is_file()
    }

    assert found == set(FILES)


def test_the_reference_is_the_one_the_schema_makes() -> None:
    """Run: python -m wirewatch.settings.reference > docs/configuration.md."""
    assert (ROOT / "docs/configuration.md").read_text() == reference()


@pytest.mark.parametrize("name", [*SECTIONS, *TABLES])
def test_every_setting_has_a_sentence(name: str) -> None:
    """A setting nobody can explain should not exist."""
    kind = (SECTIONS | TABLES)[name]
    found = sentences(kind)

    assert tuple(found) == names_of(kind)
    assert all(text.endswith((".", '".')) for text in found.values())


def test_every_setting_has_a_variable() -> None:
    """Two settings must not share one."""
    found = variables()

    assert len(set(found)) == len(found) == sum(len(names_of(kind)) for kind in SECTIONS.values())
