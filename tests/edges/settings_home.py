"""A directory with a configuration in it, for the tests of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from wirewatch.errors import ConfigError, QueryError
from wirewatch.settings.edit import Editor
from wirewatch.settings.load import load
from wirewatch.settings.settings import Settings


def check_query(query: str, terms: Mapping[str, str]) -> None:
    """Refuse what the query language refuses, as far as these tests need it."""
    if query.count('"') % 2:
        at = query.rindex('"')
        raise QueryError("this quote is never closed", query=query, at=at, hint='add a closing "')
    if query.startswith("@") and query[1:] not in terms:
        raise QueryError(f"there is no term {query}", query=query, at=0)


class Home:
    """Files below one directory; messages are shown without its path."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = root / "wirewatch.toml"
        self.environ = {"HOME": str(root / "home")}

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def load(self, text: str | None = None, **options: Any) -> Settings:
        if text is not None:
            self.write("wirewatch.toml", text)
        options.setdefault("check_query", check_query)
        return load(self.config, self.environ, **options)

    def refused(self, text: str | bytes | None = None, **options: Any) -> str:
        """Return everything that is wrong, as it is shown to people."""
        if text is not None:
            self.write("wirewatch.toml", text)
        with pytest.raises(ConfigError) as caught:
            self.load(**options)
        return self.shown(caught.value)

    def editor(self, **options: Callable[..., Any]) -> Editor:
        options.setdefault("check_query", check_query)
        return Editor(self.config, self.environ, **options)

    def cannot(self, edit: Callable[[], object]) -> str:
        """Return why an edit is refused."""
        with pytest.raises(ConfigError) as caught:
            edit()
        return self.shown(caught.value)

    def shown(self, error: ConfigError) -> str:
        return str(error).replace(f"{self.root}/", "")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)
