"""Wirewatch: tells a person, once and within minutes, that a story they care about is on the wire."""

from typing import Final

__version__: Final = "0.1.0"
