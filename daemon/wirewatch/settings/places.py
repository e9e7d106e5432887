"""Where things stand on this machine: the configuration, the state directory, the files a pattern means."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from wirewatch.errors import ConfigError, Fault

FILE: Final = "wirewatch.toml"
SYSTEM: Final = Path("/etc/wirewatch") / FILE


def find_config(explicit: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return the configuration file, or None where there is none.

    ``--config`` and ``$WIREWATCH_CONFIG`` mean what they say, whether the file is there or not: another file that
    happens to exist must not take its place.
    """
    if explicit is not None:
        return explicit
    if named := environ.get("WIREWATCH_CONFIG"):
        return Path(named).expanduser()
    return next((path for path in usual_places(environ) if path.is_file()), None)


def usual_places(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """Return where a configuration is looked for, in this order."""
    home = environ.get("XDG_CONFIG_HOME") or str(_home(environ) / ".config")
    return (Path(FILE), Path(home) / "wirewatch" / FILE, SYSTEM)


def state_directory(environ: Mapping[str, str]) -> Path:
    """Return where the database and the lock live unless the configuration says otherwise."""
    if given := environ.get("STATE_DIRECTORY", "").partition(":")[0]:
        return Path(given)
    home = environ.get("XDG_STATE_HOME") or str(_home(environ) / ".local" / "state")
    return Path(home) / "wirewatch"


def database_url(url: str, base: Path, environ: Mapping[str, str]) -> str:
    """Complete the address of the database; raise ValueError that says how to write it.

    A relative SQLite file is meant from the configuration's directory: the daemon's own is ``/``.
    """
    if not url:
        return f"sqlite:///{(state_directory(environ) / 'wirewatch.db').absolute()}"
    scheme, sign, rest = url.partition("://")
    if scheme == "sqlite" and sign:
        path, question, options = rest.removeprefix("/").partition("?")
        if not rest.startswith("/") or path in {"", ":memory:"}:
            raise ValueError("must name a file; write sqlite:////var/lib/wirewatch/wirewatch.db")
        return f"sqlite:///{(base / Path(path).expanduser()).absolute()}{question}{options}"
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    raise ValueError("must begin with sqlite:/// or postgresql://; leave it out for SQLite")


def fragments(config: Path) -> list[Path]:
    """Return the files of ``wirewatch.d`` beside the configuration, in order of name."""
    found = config.parent.joinpath(f"{config.stem}.d").glob("*.toml")
    return sorted(path for path in found if not path.name.startswith("."))


def matching(base: Path, pattern: str) -> list[Path]:
    """Return the files a pattern means, in order of name; a plain name is returned whether it exists or not."""
    expanded = str(Path(pattern).expanduser())
    if not glob.has_magic(expanded):
        return [base / expanded]
    return [base / name for name in sorted(glob.glob(expanded, root_dir=base))]  # noqa: PTH207  a pattern may be absolute


def no_config(environ: Mapping[str, str]) -> ConfigError:
    """Say that there is no configuration, and where it was looked for."""
    looked = ", ".join(str(path) for path in usual_places(environ))
    fault = Fault(
        file=FILE,
        line=None,
        path="",
        message=f"there is no configuration; looked for {looked}",
        hint="wirewatch init writes one",
    )
    return ConfigError((fault,))


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or "~").expanduser()
