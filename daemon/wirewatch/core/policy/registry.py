"""The policies there are, by the name that a configuration gives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from wirewatch.core.policy.instant import instant
from wirewatch.core.policy.verdict import Policy

POLICIES: Mapping[str, Policy] = MappingProxyType({"instant": instant})
